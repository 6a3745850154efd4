import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openFrameFolders } from '../../../adapters/frames/frame-folder.ts';

let base: string;
let root: string;
let jpeg: Uint8Array;

beforeAll(async () => {
  const plain = { width: 8, height: 8, channels: 3 as const, background: 'red' };
  jpeg = await sharp({ create: plain }).jpeg().toBuffer();
});
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'frame-folder-'));
  root = join(base, 'frames');
  await mkdir(root);
});
afterAll(() => rm(base, { recursive: true, force: true }));

async function makeVideo(
  videoId: string,
  files: Record<string, Uint8Array | string>,
): Promise<void> {
  await mkdir(join(root, videoId), { recursive: true });
  for (const [name, content] of Object.entries(files))
    await writeFile(join(root, videoId, name), content);
}

describe('list', () => {
  it('B1, D3: orders frames by their number, not by their name', async () => {
    await makeVideo('v', { 'frame_10.jpg': jpeg, 'frame_2.jpg': jpeg, 'frame_0001.jpg': jpeg });

    const { frames } = await openFrameFolders({ root, frameTime: null }).list('v');

    expect(frames).toEqual([
      { videoId: 'v', frameId: 1, name: 'frame_0001.jpg', timeSeconds: null },
      { videoId: 'v', frameId: 2, name: 'frame_2.jpg', timeSeconds: null },
      { videoId: 'v', frameId: 10, name: 'frame_10.jpg', timeSeconds: null },
    ]);
  });

  it('D18: a .jpg that does not match the pattern is reported, not fatal', async () => {
    await makeVideo('v', { 'frame_1.jpg': jpeg, 'thumbnail.jpg': jpeg, 'frame_x.jpg': jpeg });

    const { frames, unmatched } = await openFrameFolders({ root, frameTime: null }).list('v');

    expect(frames.map((frame) => frame.name)).toEqual(['frame_1.jpg']);
    expect(unmatched.map((file) => file.name)).toEqual(['frame_x.jpg', 'thumbnail.jpg']);
  });

  it('D18: takes .jpeg and .png as well, in any case', async () => {
    await makeVideo('v', { 'frame_1.JPG': jpeg, 'frame_2.jpeg': jpeg, 'frame_3.png': jpeg });

    const { frames } = await openFrameFolders({ root, frameTime: null }).list('v');

    expect(frames.map((frame) => frame.frameId)).toEqual([1, 2, 3]);
  });

  it('gives one number to one frame and reports the other file', async () => {
    await makeVideo('v', { 'frame_1.jpg': jpeg, 'frame_01.jpg': jpeg });

    const { frames, unmatched } = await openFrameFolders({ root, frameTime: null }).list('v');

    expect(frames.map((frame) => frame.name)).toEqual(['frame_01.jpg']);
    expect(unmatched).toEqual([{ name: 'frame_1.jpg', reason: 'another file has its number' }]);
  });

  it('counts time from the smallest number of the folder', async () => {
    await makeVideo('v', { 'frame_10.jpg': jpeg, 'frame_11.jpg': jpeg, 'frame_14.jpg': jpeg });

    const { frames } = await openFrameFolders({ root, frameTime: { perSecond: 2 } }).list('v');

    expect(frames.map((frame) => frame.timeSeconds)).toEqual([0, 0.5, 2]);
  });

  it('reads times from a file in the video’s folder, which is no unmatched file', async () => {
    await makeVideo('v', {
      'frame_1.jpg': jpeg,
      'frame_2.jpg': jpeg,
      'times.json': '{"frame_1.jpg": 3.5}',
    });

    const listing = await openFrameFolders({ root, frameTime: { file: 'times.json' } }).list('v');

    expect(listing.frames.map((frame) => frame.timeSeconds)).toEqual([3.5, null]);
    expect(listing.unmatched).toEqual([]);
  });

  it('reads times from one file for all videos, beside them or elsewhere', async () => {
    await makeVideo('v', { 'frame_1.jpg': jpeg });
    await makeVideo('w', { 'frame_1.jpg': jpeg });
    const times = '{"v": {"frame_1.jpg": 7}}';
    await writeFile(join(root, 'times.json'), times);
    await writeFile(join(base, 'all.json'), times);

    for (const file of ['times.json', join(base, 'all.json')]) {
      const folders = openFrameFolders({ root, frameTime: { file } });
      expect((await folders.list('v')).frames[0]?.timeSeconds).toBe(7);
      expect((await folders.list('w')).frames[0]?.timeSeconds).toBeNull();
    }
  });

  it('names a file of times that cannot be read', async () => {
    await makeVideo('v', { 'frame_1.jpg': jpeg, 'times.json': '{"frame_1.jpg": "soon"}' });
    const folders = openFrameFolders({ root, frameTime: { file: 'times.json' } });

    await expect(folders.list('v')).rejects.toMatchObject({
      failureClass: 'storage',
      action: 'fail',
      message: expect.stringContaining('times.json'),
    });
  });

  it('fails with frames_missing where there is no folder, no frame or no root', async () => {
    await makeVideo('empty', { 'notes.txt': 'x' });
    const folders = openFrameFolders({ root, frameTime: null });
    const nowhere = openFrameFolders({ root: join(base, 'none'), frameTime: null });

    const missing = { failureClass: 'frames_missing', action: 'fail' };
    await expect(folders.list('none')).rejects.toMatchObject(missing);
    await expect(folders.list('empty')).rejects.toMatchObject(missing);
    await expect(nowhere.list('v')).rejects.toMatchObject(missing);
  });

  it.each(['..', '.', '', '../frames/v', '/etc', 'a/b', 'a\\b', 'a\u0000b'])(
    'D26: never leaves the frames folder for the key %j',
    async (key) => {
      await makeVideo('v', { 'frame_1.jpg': jpeg });

      await expect(openFrameFolders({ root, frameTime: null }).list(key)).rejects.toMatchObject({
        failureClass: 'frames_missing',
      });
    },
  );

  it('D26: does not follow a symbolic link out of the frames folder', async () => {
    await mkdir(join(base, 'outside'));
    await writeFile(join(base, 'outside', 'frame_1.jpg'), jpeg);
    await symlink(join(base, 'outside'), join(root, 'linked'));
    await makeVideo('v', {});
    await symlink(join(base, 'outside', 'frame_1.jpg'), join(root, 'v', 'frame_1.jpg'));
    const folders = openFrameFolders({ root, frameTime: null });

    const escaped = {
      failureClass: 'frames_missing',
      message: expect.stringContaining('leads out'),
    };
    await expect(folders.list('linked')).rejects.toMatchObject(escaped);
    await expect(folders.read('v', 'frame_1.jpg')).rejects.toMatchObject(escaped);
  });

  it('works when the frames folder itself is a link', async () => {
    await makeVideo('v', { 'frame_1.jpg': jpeg });
    await symlink(root, join(base, 'link'));

    const { frames } = await openFrameFolders({ root: join(base, 'link'), frameTime: null }).list(
      'v',
    );

    expect(frames).toHaveLength(1);
  });
});

describe('read', () => {
  it('D4: finds a frame by video and name, with a relative folder as well', async () => {
    await makeVideo('v', { 'frame_1.jpg': jpeg });
    const before = process.cwd();
    process.chdir(base);
    try {
      const bytes = await openFrameFolders({ root: 'frames', frameTime: null }).read(
        'v',
        'frame_1.jpg',
      );
      expect(Buffer.from(bytes).equals(jpeg)).toBe(true);
    } finally {
      process.chdir(before);
    }
  });

  it('D6: takes no error page for a picture', async () => {
    await makeVideo('v', { 'frame_1.jpg': '<html>not found</html>', 'frame_2.jpg': '' });
    const folders = openFrameFolders({ root, frameTime: null });

    const bad = { failureClass: 'bad_media', action: 'fail' };
    await expect(folders.read('v', 'frame_1.jpg')).rejects.toMatchObject(bad);
    await expect(folders.read('v', 'frame_2.jpg')).rejects.toMatchObject(bad);
  });

  it('fails with frames_missing for a frame that is not there and for no frame’s name', async () => {
    await makeVideo('v', { 'frame_1.jpg': jpeg, 'notes.txt': 'x' });
    const folders = openFrameFolders({ root, frameTime: null });

    const missing = { failureClass: 'frames_missing', action: 'fail' };
    await expect(folders.read('v', 'frame_2.jpg')).rejects.toMatchObject(missing);
    await expect(folders.read('v', 'notes.txt')).rejects.toMatchObject(missing);
    await expect(folders.read('v', '../v/frame_1.jpg')).rejects.toMatchObject(missing);
  });
});
