import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutFrames, type CutFrame } from '../../../adapters/video/cut-frames.ts';
import { probeVideo } from '../../../adapters/video/probe-video.ts';
import { decodedTimes, ffmpeg, ffmpegObstacle, makeClip } from './made-clips.ts';
import { numberShown, realClips, x264 } from './made-clips.ts';

type Wish = Parameters<typeof cutFrames>[0]['extract'];
type Options = Partial<Parameters<typeof cutFrames>[0]>;

const everyRestart = { restartCostFrames: 0 };
const noRestart = { restartCostFrames: Number.POSITIVE_INFINITY };

async function cut(file: string, extract: Wish, options: Options = {}): Promise<CutFrame[]> {
  const frames: CutFrame[] = [];
  for await (const frame of cutFrames({ file, extract, ...options })) frames.push(frame);
  return frames;
}
const timesOf = (frames: readonly CutFrame[]) => frames.map(({ timeSeconds }) => timeSeconds);
const numbersOf = (frames: readonly CutFrame[]) =>
  Promise.all(frames.map(({ bytes }) => numberShown(bytes)));

describe.skipIf(ffmpegObstacle !== null)('cutFrames', () => {
  let folder = '';
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cut-frames-'));
    await makeClip(at('groups-48.mp4'), x264(48), 250);
    await makeClip(at('groups-250.mp4'), x264(250), 250);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['mp4', x264(25)],
    ['mov', x264(25)],
    ['mkv', x264(25)],
    ['ts', x264(25)],
    ['webm', ['-c:v', 'libvpx', '-b:v', '1M', '-g', '25']],
    ['avi', ['-c:v', 'mpeg4', '-q:v', '2', '-g', '25']],
    ['flv', ['-c:v', 'flv', '-q:v', '2']],
    ['wmv', ['-c:v', 'wmv2', '-q:v', '2']],
    ['mpg', ['-c:v', 'mpeg2video', '-q:v', '2', '-bf', '2']],
    ['gif', []],
  ])('cuts a .%s at the right frames, with their own times', async (extension, encode) => {
    const file = await makeClip(at(`clip.${extension}`), encode);
    const shown = await decodedTimes(file);
    const { frames } = await probeVideo(file);

    const perSecond = await cut(file, { perSecond: 2 }, everyRestart);
    const counted = await cut(file, { count: 5 }, everyRestart);

    expect(frames.map(({ timeSeconds }) => timeSeconds)).toEqual(shown);
    expect(await numbersOf(perSecond)).toEqual([0, 12, 25, 37, 50, 62, 75, 87]);
    expect(timesOf(perSecond)).toEqual([0, 12, 25, 37, 50, 62, 75, 87].map((n) => shown[n]));
    const middles = range(5).map((i) => Math.floor(((i + 0.5) * shown.length) / 5));
    expect(await numbersOf(counted)).toEqual(middles);
  });

  it('cuts an AVI with B-frames, which has no times of its own, at times that agree with ffprobe', async () => {
    const file = await makeClip(at('b-frames.avi'), ['-c:v', 'mpeg4', '-bf', '2', '-q:v', '2']);
    const shown = await decodedTimes(file);

    const frames = await cut(file, { perSecond: 2 });

    const [first = 0] = shown;
    const wanted = Array.from({ length: 8 }, (_, k) => first + k / 2);
    const onScreen = wanted.map((time) => shown.findLast((start) => start <= time + 1e-6));
    expect(timesOf(frames)).toEqual(onScreen);
  });

  it('cuts a variable frame rate by time, not by number', async () => {
    const drop = "select='lt(mod(n,50),10)+not(mod(n,7))'";
    const file = at('uneven.mp4');
    await ffmpeg('-i', at('groups-48.mp4'), '-vf', drop, '-vsync', 'vfr', ...x264(12), file);
    const shown = await decodedTimes(file);
    const { isVariableFrameRate } = await probeVideo(file);

    const frames = await cut(file, { perSecond: 5 }, everyRestart);

    const wanted = Array.from({ length: 50 }, (_, k) => k / 5);
    const onScreen = wanted.map((time) => shown.findLast((start) => start <= time + 1e-4));
    expect(isVariableFrameRate).toBe(true);
    expect(timesOf(frames)).toEqual([...new Set(onScreen)]);
    expect(await numbersOf(frames)).toEqual(timesOf(frames).map((time) => Math.round(time * 25)));
  });

  it('keeps times that do not begin at 0', async () => {
    const file = at('late.mkv');
    await ffmpeg('-i', at('groups-48.mp4'), '-c', 'copy', '-output_ts_offset', '5', file);

    const frames = await cut(file, { perSecond: 1 }, everyRestart);

    expect(timesOf(frames)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(await numbersOf(frames)).toEqual([0, 25, 50, 75, 100, 125, 150, 175, 200, 225]);
  });

  it('leaves out what an edit list hides', async () => {
    const file = at('trimmed.mp4');
    await ffmpeg('-ss', '2.6', '-i', at('groups-48.mp4'), '-c', 'copy', file);
    const shown = await decodedTimes(file);

    const frames = await cut(file, { perSecond: 1 }, everyRestart);

    const numbers = await numbersOf(frames);
    expect(timesOf(frames)).toEqual(timesOf(frames).filter((time) => shown.includes(time)));
    expect(numbers[0]).toBe(65);
    expect(numbers.slice(0, 4)).toEqual([65, 90, 115, 140]);
  });

  it.each(['groups-48.mp4', 'groups-250.mp4'])(
    'gives identical bytes by seeks and in one pass: %s',
    async (name) => {
      for (const extract of [{ count: 7 }, { perSecond: 1 }, { times: [9.9, 0.3, 5.55, 5.6] }]) {
        const seeking = await cut(at(name), extract, everyRestart);
        const sequential = await cut(at(name), extract, noRestart);

        expect(seeking).toEqual(sequential);
        expect(await numbersOf(seeking)).toEqual(
          timesOf(seeking).map((time) => Math.round(time * 25)),
        );
      }
    },
  );

  it('gives each frame once, in order, at the rate of the video and above', async () => {
    const file = await makeClip(at('short.mp4'), x264(10), 30);

    expect(await numbersOf(await cut(file, { perSecond: 25 }))).toEqual(range(30));
    expect(await numbersOf(await cut(file, { perSecond: 90 }))).toEqual(range(30));
    expect((await cut(file, { perSecond: 25 })).map(({ index }) => index)).toEqual(range(30));
  });

  it('gives all frames there are where more are asked for', async () => {
    const file = await makeClip(at('five.mp4'), x264(10), 5);

    expect(await numbersOf(await cut(file, { count: 8 }))).toEqual([0, 1, 2, 3, 4]);
  });

  it('takes thousands of frames, whose choice is longer than a command line', async () => {
    const file = at('long.mp4');
    const tiny = 'color=size=16x16:rate=100:duration=60';
    await ffmpeg('-f', 'lavfi', '-i', tiny, '-c:v', 'libx264', '-preset', 'ultrafast', file);

    const frames = await cut(file, { perSecond: 50 });

    expect(timesOf(frames)).toEqual(Array.from({ length: 3000 }, (_, k) => k / 50));
  });

  it('gives JPEG in full size, turned as the file asks', async () => {
    const turned = at('turned.mp4');
    await ffmpeg('-display_rotation', '90', '-i', at('groups-48.mp4'), '-c', 'copy', turned).catch(
      () => ffmpeg('-i', at('groups-48.mp4'), '-c', 'copy', '-metadata:s:v', 'rotate=90', turned),
    );

    const [upright] = await cut(at('groups-48.mp4'), { count: 1 });
    const [frame] = await cut(turned, { count: 1 });

    const { format, chromaSubsampling } = await sharp(upright?.bytes).metadata();
    expect({ format, chromaSubsampling }).toEqual({ format: 'jpeg', chromaSubsampling: '4:2:0' });
    expect(await sharp(upright?.bytes).metadata()).toMatchObject({ width: 128, height: 32 });
    expect(await sharp(frame?.bytes).metadata()).toMatchObject({ width: 32, height: 128 });
    expect(await probeVideo(turned)).toMatchObject({ width: 32, height: 128 });
  });

  it('names the times at which the video shows nothing', async () => {
    const cutting = cut(at('groups-48.mp4'), { times: [1, 10.5, -2] });

    await expect(cutting).rejects.toMatchObject({
      failureClass: 'frames_missing',
      message: expect.stringContaining('no frame at 10.5, -2 s'),
    });
  });

  it.each(realClips)('agrees with ffprobe on the real clip $name', async ({ path }) => {
    const shown = await decodedTimes(path);
    const [first = 0] = shown;

    const perSecond = await cut(path, { perSecond: 2 }, everyRestart);
    const seeking = await cut(path, { count: 4 }, everyRestart);
    const sequential = await cut(path, { count: 4 }, noRestart);

    const wanted = perSecond.map((_, k) => first + k / 2);
    const onScreen = wanted.map((time) => shown.findLast((start) => start <= time + 1e-4));
    expect(timesOf(perSecond)).toEqual(onScreen);
    expect(perSecond.length / 2).toBeGreaterThanOrEqual((shown.at(-1) ?? 0) - first);
    expect(seeking).toEqual(sequential);
  });

  it('counts 159 frames of the clip that lists 160', async () => {
    const cooking = realClips.find(({ name }) => name === 'cooking');
    if (cooking === undefined) return;

    const frames = await cut(cooking.path, { perSecond: 100 });

    expect(frames).toHaveLength(159);
    expect(timesOf(frames)).toEqual(await decodedTimes(cooking.path));
  });
});

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
