import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutFrames, type CutFrame } from '../../../adapters/video/cut-frames.ts';
import { probeVideo } from '../../../adapters/video/probe-video.ts';
import { findVideoTools, type VideoTools } from '../../../adapters/video/video-tools.ts';
import { ffmpeg, ffmpegObstacle, makeClip, numberShown, x264 } from './made-clips.ts';

describe.skipIf(ffmpegObstacle !== null)('cutFrames, by seeks', () => {
  let folder = '';
  let tools: VideoTools;
  const at = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seek-plan-'));
    const found = await findVideoTools();
    const logged = at('logged-ffmpeg');
    await writeFile(logged, `#!/bin/sh\necho "$*" >> '${at('log')}'\nexec ${found.ffmpeg} "$@"\n`);
    await chmod(logged, 0o755);
    tools = { ...found, ffmpeg: logged };
    await makeClip(at('plain.mp4'), x264(48), 250);
    await ffmpeg('-i', at('plain.mp4'), '-c', 'copy', '-output_ts_offset', '5', at('late.mkv'));
    await ffmpeg('-ss', '2.6', '-i', at('plain.mp4'), '-c', 'copy', at('trimmed.mp4'));
    const drop = ['-vf', "select='lt(mod(n,50),10)+not(mod(n,7))'", '-vsync', 'vfr'];
    await ffmpeg('-i', at('plain.mp4'), ...drop, ...x264(12), at('uneven.mov'));
    await makeClip(at('vp8.webm'), ['-c:v', 'libvpx', '-b:v', '1M', '-g', '40'], 250);
    await makeClip(at('whole.gif'), [], 100);
    await makeClip(at('stream.ts'), x264(25), 100);
    await makeClip(at('mpeg4.mp4'), ['-c:v', 'mpeg4', '-bf', '2', '-g', '25', '-q:v', '2'], 250);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The frames, and how often ffmpeg was started with and without a seek. */
  async function cut(name: string, times: readonly number[], restartCostFrames: number) {
    await writeFile(at('log'), '');
    const frames: CutFrame[] = [];
    const options = { file: at(name), extract: { times }, tools, restartCostFrames };
    for await (const frame of cutFrames(options)) frames.push(frame);
    const starts = (await readFile(at('log'), 'utf8')).trim().split('\n');
    return { frames, starts: starts.length, seeks: starts.filter(hasSeek).length };
  }
  const hasSeek = (line: string): boolean => line.includes('-ss ');

  it.each(['plain.mp4', 'late.mkv', 'trimmed.mp4', 'uneven.mov', 'vp8.webm', 'mpeg4.mp4'])(
    'starts once for each group it needs and cuts the same bytes as one pass: %s',
    async (name) => {
      const { frames } = await probeVideo(at(name));
      const keyframes = frames.flatMap(({ isKeyframe }, index) => (isKeyframe ? [index] : []));
      const wanted = keyframes.slice(1).flatMap((index) => [index, index + 3]);
      // The first frame makes the one pass begin at the start.
      const times = [0, ...wanted].flatMap((index) => frames[index]?.timeSeconds ?? []);

      const seeking = await cut(name, times, 0);
      const sequential = await cut(name, times, Number.POSITIVE_INFINITY);

      expect(sequential).toMatchObject({ starts: 1, seeks: 0 });
      expect(seeking.seeks).toBeGreaterThan(0);
      expect(seeking.starts - seeking.seeks).toBe(1);
      expect(seeking.frames).toEqual(sequential.frames);
      expect(seeking.frames.map(({ timeSeconds }) => timeSeconds)).toEqual(times);
    },
  );

  it.each(['whole.gif', 'stream.ts'])('never seeks where that is not exact: %s', async (name) => {
    const { frames } = await probeVideo(at(name));
    const last = frames.at(-2)?.timeSeconds ?? 0;

    const result = await cut(name, [last], 0);

    expect(result).toMatchObject({ starts: 1, seeks: 0 });
    expect(await Promise.all(result.frames.map(({ bytes }) => numberShown(bytes)))).toEqual([98]);
  });

  it('goes back to one pass where a seek lands in the wrong place', async () => {
    const { frames, ...probe } = await probeVideo(at('plain.mp4'));
    // No frame has a time of this table, as if the seek had missed the frame it was for.
    const wrong = frames.map((frame) => ({ ...frame, ticks: frame.ticks + 1 }));
    const file = at('plain.mp4');
    const options = { file, tools, restartCostFrames: 0, probe: { ...probe, frames: wrong } };
    const numbers: number[] = [];
    await writeFile(at('log'), '');

    for await (const { bytes } of cutFrames({ ...options, extract: { times: [5.8, 9.7] } }))
      numbers.push(await numberShown(bytes));

    // The wrong times are one tick late, so the next frame stands in for each.
    expect(numbers).toEqual([146, 243]);
    const starts = (await readFile(at('log'), 'utf8')).trim().split('\n');
    expect(starts.map(hasSeek)).toEqual([true, false]);
  });
});
