import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downloadSource, findIndexedMedia } from '../../cli/index-source.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { e2eObstacle, runCli } from '../support/e2e-cli.ts';

const model = fileURLToPath(new URL('../../simulator/model/tiny-siglip', import.meta.url));
const perSecond = { perSecond: 1 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-index-source-'));
  await mkdir(join(folder, 'frames', 'v1'), { recursive: true });
  await writeFile(join(folder, 'frames', 'v1', 'frame_1.jpg'), '');
  await mkdir(join(folder, 'frames', 'notes'));
  await mkdir(join(folder, 'videos'));
  for (const name of ['b.mp4', 'a.webm', 'a.mp4', 'notes.txt'])
    await writeFile(join(folder, 'videos', name), '');
  await mkdir(join(folder, 'nothing'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('what an index job is about', () => {
  it('is every video of a folder, each id once', async () => {
    const found = await findIndexedMedia(join(folder, 'videos'), perSecond);

    expect(found.media).toMatchObject({ kind: 'videos', extract: perSecond });
    expect(found.videoIds).toEqual(['a', 'b']);
  });

  it('is one video', async () => {
    const found = await findIndexedMedia(join(folder, 'videos', 'b.mp4'), perSecond);

    expect(found).toMatchObject({
      media: { kind: 'videos', folder: join(folder, 'videos') },
      videoIds: ['b'],
    });
  });

  it.each(['frames', 'frames/v1'])('is folders of frames: %s', async (path) => {
    const found = await findIndexedMedia(join(folder, path), perSecond);

    expect(found).toMatchObject({
      media: { kind: 'frames', folder: join(folder, 'frames') },
      videoIds: ['v1'],
    });
  });

  it.each(['nothing', 'missing', 'videos/notes.txt'])('is nothing: %s', async (path) => {
    await expect(findIndexedMedia(join(folder, path), perSecond)).rejects.toThrow(UsageError);
  });

  it.each(['http://127.0.0.1:9/a.mp4', 'http://[::1]/a.mp4', 'ftp://example.org/a.mp4'])(
    'is never an address that is not public: %s',
    async (url) => {
      const downloading = downloadSource(url, folder, new AbortController().signal);

      await expect(downloading).rejects.toThrow(UsageError);
    },
  );
});

describe.skipIf(e2eObstacle !== null)('videoqa index', () => {
  it.each([
    ['nothing to index', ['index'], 2, 'name what to index'],
    ['no model', ['index', tmpdir()], 2, '--model is missing'],
    ['a model that is not there', ['index', tmpdir(), '--model', '/nowhere'], 3, 'config.json'],
    [
      'two rules',
      ['index', '.', '--model', model, '--count', '8', '--per-second', '1'],
      2,
      'one of',
    ],
    ['a rule of nothing', ['index', '.', '--model', model, '--count', '0'], 2, '--count is 0'],
    ['a path that is not there', ['index', '/nowhere', '--model', model], 2, 'is not there'],
  ])('starts nothing for %s', async (_, args, code, message) => {
    const end = await runCli(args, { home: join(folder, 'state') });

    expect(end.code).toBe(code);
    expect(end.stderr).toContain(message);
    expect(end.stderr).not.toContain('Temporal:');
  });
});
