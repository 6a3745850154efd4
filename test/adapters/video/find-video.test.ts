import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findSequence,
  findVideo,
  hashFile,
  videoIdOf,
} from '../../../adapters/video/find-video.ts';

let base = '';
let folder = '';
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'find-video-')));
  folder = join(base, 'videos');
  await mkdir(folder);
});
afterEach(() => rm(base, { recursive: true, force: true }));
const put = (name: string) => writeFile(join(folder, name), 'x');

describe('findSequence', () => {
  it('finds a folder of pictures, and no file of that name', async () => {
    await mkdir(join(folder, 'frames_hq', 'friends'), { recursive: true });
    await put('file');

    const wanted = ['frames_hq/friends', 'friends'];
    expect(await findSequence(folder, 'x', wanted)).toBe(join(folder, 'frames_hq', 'friends'));
    await expect(findSequence(folder, 'file')).rejects.toThrow('no folder of frames called file');
    await expect(findSequence(folder, '../videos')).rejects.toThrow('can stand in a path');
  });
});

describe('findVideo', () => {
  it.each([
    ['v_1', 'v_1.mp4'],
    ['-h0mGYmX8', '-h0mGYmX8.mkv'],
    ['OY3LS_22.1_38.425', 'OY3LS_22.1_38.425.webm'],
    ['upper', 'upper.MP4'],
    ['clip.avi', 'clip.avi'],
    ['clip.avi', 'clip.avi.mp4'],
  ])('finds %s in %s', async (id, name) => {
    await put(name);

    expect(await findVideo(folder, id)).toBe(join(folder, name));
  });

  it('takes the same one of several, in every run', async () => {
    for (const name of ['a.avi', 'a.webm', 'a.mkv', 'a.gif']) await put(name);

    expect(await findVideo(folder, 'a')).toBe(join(folder, 'a.mkv'));
  });

  it('follows a link within the folder', async () => {
    await put('real.mp4');
    await symlink(join(folder, 'real.mp4'), join(folder, 'link.mp4'));

    expect(await findVideo(folder, 'link')).toBe(join(folder, 'real.mp4'));
  });

  it.each(['../outside', '..', '.', '', 'a/b', '/etc/passwd', 'a\\b', 'a\0b'])(
    'never leaves the folder for the id %j',
    async (id) => {
      await writeFile(join(base, 'outside.mp4'), 'x');

      await expect(findVideo(folder, id)).rejects.toMatchObject({
        failureClass: 'frames_missing',
        message: expect.stringContaining('no name that can stand in a path'),
      });
    },
  );

  it('never leaves the folder by a link', async () => {
    await writeFile(join(base, 'outside.mp4'), 'x');
    await symlink(join(base, 'outside.mp4'), join(folder, 'link.mp4'));

    await expect(findVideo(folder, 'link')).rejects.toThrow('leads out of the videos folder');
  });

  it('looks where a suite keeps its files, and takes the first that is there', async () => {
    await mkdir(join(folder, 'star', 'clips'), { recursive: true });
    await put('ZS9XR.mp4');
    await put('star/clips/ZS9XR.mp4');

    const at = (...candidates: string[]) => findVideo(folder, 'star_ZS9XR', candidates);
    expect(await at('star/clips/ZS9XR', 'ZS9XR')).toBe(join(folder, 'star/clips/ZS9XR.mp4'));
    expect(await at('none/ZS9XR.mp4', 'ZS9XR.mp4')).toBe(join(folder, 'ZS9XR.mp4'));
    await expect(at('none/ZS9XR')).rejects.toThrow('has no file called none/ZS9XR in');
    await expect(at('star/../ZS9XR')).rejects.toThrow('no name that can stand in a path');
  });

  it('passes over a folder of that name, and says what it looked for', async () => {
    await mkdir(join(folder, 'a.mp4'));

    await expect(findVideo(folder, 'a')).rejects.toThrow(/video a has no file in .*mp4, mkv/);
  });

  it('names a folder that is not there', async () => {
    await expect(findVideo(join(base, 'none'), 'a')).rejects.toThrow(/folder .* is not there/);
  });
});

describe('videoIdOf', () => {
  it.each([
    ['a.mp4', 'a'],
    ['x_22.1_38.4.MKV', 'x_22.1_38.4'],
    ['-a.webm', '-a'],
    ['notes.txt', null],
    ['.mp4', null],
    ['.hidden.mp4', null],
    ['mp4', null],
  ])('%s holds %s', (name, id) => {
    expect(videoIdOf(name)).toBe(id);
  });
});

describe('hashFile', () => {
  it('gives the sha256 of the content', async () => {
    await writeFile(join(folder, 'abc'), 'abc');

    expect(await hashFile(join(folder, 'abc'))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('ends when it is aborted', async () => {
    await put('a.mp4');

    await expect(hashFile(join(folder, 'a.mp4'), AbortSignal.abort())).rejects.toThrow('abort');
  });
});
