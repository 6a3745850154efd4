import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VideoReference } from '../../../adapters/datasets/format.ts';
import { locateVideos } from '../../../adapters/datasets/locate-videos.ts';
import { ffmpegObstacle, makeClip, x264 } from '../video/made-clips.ts';

let base = '';
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'locate-videos-'));
  await mkdir(join(base, 'videos', 'task'), { recursive: true });
});
afterEach(() => rm(base, { recursive: true, force: true }));
const clip = (name: string) => makeClip(join(base, 'videos', name), x264(25), 25);
const locate = (references: readonly VideoReference[]) =>
  locateVideos(
    { kind: 'videos', folder: join(base, 'videos'), extract: { count: 2 } },
    references,
    join(base, 'cache', 'checked.txt'),
  );

describe.skipIf(ffmpegObstacle !== null)('locateVideos', () => {
  it('needs no list where every file is called by its id', async () => {
    await clip('a.mp4');

    expect(await locate([{ videoId: 'a' }])).toMatchObject({ files: null, problems: [] });
  });

  it('lists where each video was found, with its part', async () => {
    await clip('task/a.mp4');
    await mkdir(join(base, 'videos', 'frames'));

    const { files, missing } = await locate([
      {
        videoId: 'task_a@1-2',
        files: ['task/a', 'a'],
        clip: { startSeconds: 1, endSeconds: 2 },
      },
      { videoId: 'frames', framesPerSecond: 3 },
    ]);

    expect(missing.size).toBe(0);
    expect(files).toEqual({
      'task_a@1-2': { file: 'task/a.mp4', clip: { startSeconds: 1, endSeconds: 2 } },
      frames: { file: 'frames', framesPerSecond: 3 },
    });
  });

  it('names videos that are not there, are cut short, or are none, before anything is paid', async () => {
    await clip('good.mp4');
    await truncate(await clip('short.mp4'), 200);
    const whole = [...x264(25), '-movflags', '+faststart'];
    const cut = await makeClip(join(base, 'videos', 'cut.mp4'), whole, 100);
    await truncate(cut, Math.round((await stat(cut)).size * 0.7));
    await writeFile(join(base, 'videos', 'page.mp4'), '<html>not found</html>');

    const { missing } = await locate(
      ['good', 'short', 'cut', 'page', 'lost'].map((videoId) => ({ videoId })),
    );

    expect([...missing.keys()]).toEqual(['short', 'cut', 'page', 'lost']);
    expect([...missing.values()].every(({ kind }) => kind === 'missing_media')).toBe(true);
    expect(missing.get('lost')?.what).toContain('has no file');
  });

  it('names a clip that begins after its video, also of a video that is remembered', async () => {
    await clip('a.mp4');
    const parts = [0, 0.5, 2].map((startSeconds) => ({
      videoId: `a@${startSeconds}`,
      files: ['a'],
      clip: { startSeconds, endSeconds: 3 },
    }));

    const first = await locate(parts);
    const again = await locate(parts);

    expect([...first.missing]).toMatchObject([
      ['a@2', { what: 'it ends after 1 s, before its clip begins at 2 s' }],
    ]);
    expect(again.missing).toEqual(first.missing);
    const remembered = await readFile(join(base, 'cache', 'checked.txt'), 'utf8');
    expect(remembered.trim().split('\n')).toHaveLength(1);
  });

  it('remembers good videos, and looks again at one that has changed', async () => {
    const file = await clip('a.mp4');
    await locate([{ videoId: 'a' }]);
    const once = await readFile(join(base, 'cache', 'checked.txt'), 'utf8');
    await locate([{ videoId: 'a' }]);
    expect(await readFile(join(base, 'cache', 'checked.txt'), 'utf8')).toBe(once);

    await writeFile(file, 'something else');
    expect([...(await locate([{ videoId: 'a' }])).missing.keys()]).toEqual(['a']);
  });
});
