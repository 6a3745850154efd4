import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freezeMediaFiles, type MediaFiles } from '../../domain/frames/media-files.ts';
import { createVideoOpener } from '../../workers/open-video.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-video-'));
  await writeFile(join(folder, 'plain.mp4'), 'plain');
  await mkdir(join(folder, 'suite', 'frames'), { recursive: true });
  await writeFile(join(folder, 'suite', 'clip.webm'), 'clip');
  for (const n of [1, 2, 3, 4])
    await writeFile(
      join(folder, 'suite', 'frames', `${n}.jpg`),
      Uint8Array.from([255, 216, 255, n]),
    );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const listed: MediaFiles = {
  clip: { file: 'suite/clip.webm', clip: { startSeconds: 1, endSeconds: 2 } },
  frames: { file: 'suite/frames', framesPerSecond: 2 },
};

function opener(reads: string[] = []) {
  const open = createVideoOpener({
    get: async (name) => {
      reads.push(name);
      return freezeMediaFiles(listed);
    },
  });
  const media = { kind: 'videos', folder, extract: { count: 2 } } as const;
  return {
    byId: (videoId: string) => open(media, videoId),
    byList: (videoId: string) => open({ ...media, files: 'f'.repeat(64) }, videoId),
  };
}
const unaborted = new AbortController().signal;

describe('createVideoOpener', () => {
  it('finds a video by its id where no list is given', async () => {
    const { byId } = opener();

    expect(await (await byId('plain')).hash(unaborted)).toMatch(/^[0-9a-f]{64}$/);
    await expect(byId('clip')).rejects.toMatchObject({ failureClass: 'frames_missing' });
  });

  it('follows the list, which it reads once', async () => {
    const reads: string[] = [];
    const { byList } = opener(reads);

    expect(await byList('clip')).toMatchObject({ clip: { startSeconds: 1, endSeconds: 2 } });
    await byList('frames');
    await expect(byList('plain')).rejects.toThrow('the list of media files lacks video plain');
    expect(reads).toHaveLength(1);
  });

  it('opens a folder of pictures as a video', async () => {
    const video = await opener().byList('frames');
    const marks: (number | undefined)[] = [];
    for await (const { bytes } of video.cut({ count: 2 }, unaborted)) marks.push(bytes[3]);

    expect(video.framesPerSecond).toBe(2);
    expect(marks).toEqual([2, 4]);
  });
});
