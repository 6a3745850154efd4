import { execa } from 'execa';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutFrames, type CutFrame } from '../../../adapters/video/cut-frames.ts';
import { findVideoTools } from '../../../adapters/video/video-tools.ts';
import { EnvironmentError } from '../../../domain/errors/usage-error.ts';
import { ffmpeg, ffmpegObstacle, makeClip, x264 } from './made-clips.ts';

type Options = Omit<Parameters<typeof cutFrames>[0], 'file'>;

async function cut(file: string, options: Options): Promise<CutFrame[]> {
  const frames: CutFrame[] = [];
  for await (const frame of cutFrames({ file, ...options })) frames.push(frame);
  return frames;
}

describe.skipIf(ffmpegObstacle !== null)('cutFrames, bounds and ends', () => {
  let folder = '';
  let long = '';
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cut-limits-'));
    long = at('long-clip.mp4');
    const noise = 'testsrc2=size=640x360:rate=50:duration=20';
    await ffmpeg('-f', 'lavfi', '-i', noise, ...x264(50), long);
    await makeClip(at('small.mp4'), x264(25), 50);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Ffmpegs that still read the long clip. */
  async function running(): Promise<string[]> {
    const { stdout } = await execa('ps', ['-axww', '-o', 'command=']);
    return stdout.split('\n').filter((line) => line.includes(`file:${long}`));
  }

  it('leaves no ffmpeg behind when it is aborted between frames', async () => {
    const stop = new AbortController();
    const frames = cutFrames({ file: long, extract: { perSecond: 50 }, signal: stop.signal });
    await frames.next();
    expect(await running()).toHaveLength(1);

    stop.abort(new Error('no longer wanted'));

    await expect(
      (async () => {
        for (;;) if ((await frames.next()).done === true) return;
      })(),
    ).rejects.toThrow('no longer wanted');
    expect(await running()).toEqual([]);
  });

  it('leaves no ffmpeg behind when its reader stops early', async () => {
    for await (const frame of cutFrames({ file: long, extract: { perSecond: 50 } }))
      if (frame.index === 2) break;

    expect(await running()).toEqual([]);
  });

  it('holds back the decoder while its reader is busy', async () => {
    const frames = cutFrames({ file: long, extract: { perSecond: 50 } });
    await frames.next();
    await new Promise((resolve) => setTimeout(resolve, 1500));

    expect(await running()).toHaveLength(1);
    await frames.return(undefined);
    expect(await running()).toEqual([]);
  });

  it('keeps ffmpeg out of the reach of Ctrl-C, which this process answers', async () => {
    const frames = cutFrames({ file: long, extract: { perSecond: 50 } });
    await frames.next();

    const { stdout } = await execa('ps', ['-axww', '-o', 'pgid=,command=']);
    const groups = stdout.split('\n').filter((line) => line.includes(`file:${long}`));
    const mine = await execa('ps', ['-o', 'pgid=', '-p', String(process.pid)]);

    expect(groups).toHaveLength(1);
    expect(Number.parseInt(groups[0] ?? '', 10)).not.toBe(Number(mine.stdout));
    await frames.return(undefined);
  });

  it('does not blame the file when somebody kills ffmpeg: it is tried again', async () => {
    const frames = cutFrames({ file: long, extract: { perSecond: 50 } });
    await frames.next();
    const { stdout } = await execa('ps', ['-axww', '-o', 'pid=,command=']);
    const line = stdout.split('\n').find((command) => command.includes(`file:${long}`)) ?? '';

    process.kill(Number.parseInt(line, 10), 'SIGKILL');

    await expect(
      (async () => {
        for (;;) if ((await frames.next()).done === true) return;
      })(),
    ).rejects.toMatchObject({ failureClass: 'bad_media', action: 'retry' });
  });

  it('does not start for a signal that has fired', async () => {
    const signal = AbortSignal.abort(new Error('over'));

    await expect(cut(long, { extract: { count: 1 }, signal })).rejects.toThrow('over');
  });

  it('ends at its deadline', async () => {
    const cutting = cut(long, { extract: { perSecond: 50 }, limits: { timeoutMs: 1 } });

    await expect(cutting).rejects.toMatchObject({
      failureClass: 'timeout',
      message: 'video long-clip.mp4 was not cut within 0.001 s',
    });
    expect(await running()).toEqual([]);
  });

  it('refuses more frames than its limit before it decodes one', async () => {
    const cutting = cut(long, { extract: { perSecond: 50 }, limits: { maxFrames: 999 } });

    await expect(cutting).rejects.toMatchObject({
      failureClass: 'invalid_request',
      message: expect.stringContaining('would give 1000 frames, the limit is 999'),
    });
  });

  it('ends when the pictures grow past its limit', async () => {
    const limits = { maxOutputBytes: 100_000 };

    await expect(cut(long, { extract: { perSecond: 50 }, limits })).rejects.toMatchObject({
      failureClass: 'bad_media',
      message: expect.stringContaining('more than 100000 bytes'),
    });
    expect(await running()).toEqual([]);
  });

  it('refuses frames of more pixels than its limit', async () => {
    const limits = { maxPixels: 640 * 360 - 1 };

    await expect(cut(long, { extract: { count: 1 }, limits })).rejects.toMatchObject({
      failureClass: 'bad_media',
      message: expect.stringContaining('640x360'),
    });
  });

  it.each([
    '-i.mp4',
    'http:clip.mp4',
    'a%03d.mp4',
    "quote'd $(id) clip.mp4",
    'Küche 料理.mp4',
    'concat:a|b.mp4',
  ])('takes %s for a plain file name', async (name) => {
    await copyFile(at('small.mp4'), at(name));

    expect(await cut(at(name), { extract: { count: 2 } })).toHaveLength(2);
  });

  it.each([
    ['a playlist', 'list.mp4', '#EXTM3U\n#EXTINF:1,\nsmall.mp4\n'],
    ['a list to join', 'list.mkv', "ffconcat version 1.0\nfile 'small.mp4'\n"],
    ['a page', 'page.mp4', '<html><body>not found</body></html>'],
    ['a GIF in name', 'gif.gif', 'GIF89a and no more'],
    ['a video in name', 'box.mp4', '\0\0\0\x18ftypisom and no more'],
    ['nothing', 'nothing.mp4', ''],
  ])('refuses %s', async (_, name, content) => {
    await writeFile(at(name), content);

    await expect(cut(at(name), { extract: { count: 1 } })).rejects.toMatchObject({
      failureClass: 'bad_media',
      action: 'fail',
      message: expect.stringContaining(name),
    });
  });

  it('refuses sound without a picture, and a folder', async () => {
    await ffmpeg('-f', 'lavfi', '-i', 'sine=duration=1', '-c:a', 'aac', at('sound.mp4'));

    await expect(cut(at('sound.mp4'), { extract: { count: 1 } })).rejects.toMatchObject({
      failureClass: 'bad_media',
      message: 'video sound.mp4 has no picture track',
    });
    await expect(cut(folder, { extract: { count: 1 } })).rejects.toMatchObject({
      failureClass: 'bad_media',
    });
  });

  it('names a file that is not there', async () => {
    await expect(cut(at('gone.mp4'), { extract: { count: 1 } })).rejects.toMatchObject({
      failureClass: 'frames_missing',
      message: 'video gone.mp4 is not there',
    });
  });

  it('says how to get ffmpeg where it is missing', async () => {
    for (const variable of ['VIDEOQA_FFMPEG', 'VIDEOQA_FFPROBE']) {
      const finding = findVideoTools({ ...process.env, [variable]: at('no-such-program') });

      await expect(finding).rejects.toThrow(EnvironmentError);
      await expect(finding).rejects.toThrow(/apt-get install ffmpeg.*brew install ffmpeg/);
      await expect(finding).rejects.toThrow(variable);
    }
  });
});
