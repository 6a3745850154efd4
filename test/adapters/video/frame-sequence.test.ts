import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashSequence, readSequence } from '../../../adapters/video/frame-sequence.ts';

let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'frame-sequence-')), 'frames');
  await mkdir(folder);
});
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));

const jpeg = (mark: number) => Uint8Array.from([0xff, 0xd8, 0xff, mark]);

async function put(from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 1)
    await writeFile(join(folder, `${String(n).padStart(5, '0')}.jpg`), jpeg(n));
}

type Wish = Omit<Parameters<typeof readSequence>[0], 'folder' | 'framesPerSecond'>;

async function taken(wish: Wish) {
  const frames: { mark: number | undefined; timeSeconds: number }[] = [];
  for await (const { bytes, timeSeconds } of readSequence({ folder, framesPerSecond: 3, ...wish }))
    frames.push({ mark: bytes[3], timeSeconds });
  return frames;
}

describe('readSequence', () => {
  it('takes pictures by their numbers, the first at 0 s', async () => {
    await put(1, 12);

    expect(await taken({ extract: { perSecond: 1 } })).toEqual([
      { mark: 1, timeSeconds: 0 },
      { mark: 4, timeSeconds: 1 },
      { mark: 7, timeSeconds: 2 },
      { mark: 10, timeSeconds: 3 },
    ]);
  });

  it('takes pictures of a part alone, with the times of the whole', async () => {
    await put(1, 30);

    const frames = await taken({
      extract: { count: 2 },
      clip: { startSeconds: 3, endSeconds: 5 },
    });

    expect(frames.map(({ mark }) => mark)).toEqual([11, 14]);
    expect(frames[0]?.timeSeconds).toBeCloseTo(10 / 3);
  });

  it('gives all there is of a folder with fewer pictures than asked for', async () => {
    await put(4, 6);

    expect((await taken({ extract: { count: 16 } })).map(({ mark }) => mark)).toEqual([4, 5, 6]);
  });

  it.each([
    ['no numbered picture', async () => undefined, undefined, 'frames_missing'],
    [
      'a clip after its end',
      () => put(1, 3),
      { startSeconds: 9, endSeconds: 10 },
      'frames_missing',
    ],
    [
      'a picture that is a link out of the folder',
      async () => {
        await writeFile(join(folder, '..', 'secret.jpg'), jpeg(1));
        await symlink('../secret.jpg', join(folder, '1.jpg'));
      },
      undefined,
      'frames_missing',
    ],
    [
      'a picture of more than 64 MiB',
      async () => {
        await put(1, 1);
        await truncate(join(folder, '00001.jpg'), 64 * 2 ** 20 + 1);
      },
      undefined,
      'bad_media',
    ],
    [
      'a page instead of a picture',
      () => writeFile(join(folder, '1.jpg'), '<html>'),
      undefined,
      'bad_media',
    ],
  ])('fails for good with %s', async (_, prepare, clip, failureClass) => {
    await prepare();

    await expect(
      taken({ extract: { count: 1 }, ...(clip !== undefined && { clip }) }),
    ).rejects.toMatchObject({ failureClass, action: 'fail' });
  });
});

describe('hashSequence', () => {
  it('changes with a picture, and not with a file that is none', async () => {
    await put(1, 3);
    const before = await hashSequence(folder);
    await writeFile(join(folder, 'notes.txt'), 'x');
    const beside = await hashSequence(folder);
    await writeFile(join(folder, '00002.jpg'), jpeg(9));

    expect(beside).toBe(before);
    expect(await hashSequence(folder)).not.toBe(before);
  });
});
