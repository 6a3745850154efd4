import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFrameIndex } from '../../adapters/index-files/frame-index.ts';
import { makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { countStoredChunks } from '../support/e2e-state.ts';
import { clipKeys, clipsFolder, realClipsObstacle, tinyModel } from '../support/real-clips.ts';

const chunkSize = 64;
const chunksBeforeKill = 6;

const title =
  realClipsObstacle === null
    ? 'indexing four real clips, killed once'
    : `indexing four real clips (skipped: ${realClipsObstacle})`;

type Summary = {
  readonly jobId: string;
  readonly videos: number;
  readonly indexed: number;
  readonly failures: readonly unknown[];
};

describe.skipIf(realClipsObstacle !== null)(title, () => {
  let place: Awaited<ReturnType<typeof makeHome>>;
  let out: string;
  let framesOut: string;
  let command: string[];
  let chunksAtKill: number;
  let second: Awaited<ReturnType<typeof runCli>>;

  beforeAll(async () => {
    place = await makeHome();
    out = join(dirname(place.home), 'embeddings');
    framesOut = join(dirname(place.home), 'frames');
    const files = ['--out', out, '--frames-out', framesOut, '--json'];
    command = ['index', clipsFolder, '--model', tinyModel, '--per-second', '15', ...files];
    const first = startCli(command, place);
    const isMidway = async () => (await countStoredChunks(place.home)) >= chunksBeforeKill;
    await Promise.race([until('some chunks are stored', isMidway), first.ended]);
    first.kill();
    const { signal, stderr } = await first.ended;
    if (signal !== 'SIGKILL') throw new Error(`it ended before it was killed: ${stderr}`);
    chunksAtKill = await countStoredChunks(place.home);
    second = await runCli(command, place);
  }, 300_000);
  afterAll(() => place.remove());

  it('goes on to the end, with one file per clip', async () => {
    expect(second.stderr).toContain('4 of 4 videos indexed, 0 failed');
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout) as Summary).toMatchObject({
      videos: 4,
      indexed: 4,
      failures: [],
    });
    expect((await readdir(out)).toSorted()).toEqual(
      clipKeys.map((key) => `${key}.safetensors`).toSorted(),
    );
  });

  it('embeds no frame of a finished chunk again', async () => {
    const frames = await totalFrames(out);
    const embedded = Number(/(\d+) pictures in/.exec(second.stderr)?.[1]);

    // The last chunk of a video may be smaller; each of the four videos has one such chunk.
    expect(embedded).toBeLessThanOrEqual(frames - (chunksAtKill - clipKeys.length) * chunkSize);
    expect(embedded).toBeGreaterThan(0);
  });

  it('keeps the names and true times of the frames', async () => {
    const index = readFrameIndex(await readFile(join(out, 'cooking.safetensors')));
    const times = JSON.parse(
      await readFile(join(framesOut, 'cooking', 'times.json'), 'utf8'),
    ) as Record<string, number>;

    expect(index.frameNames).toEqual(Object.keys(times));
    expect(index.frameTimes).toEqual(Object.values(times));
    // 25 frames a second, asked for 15 times a second: each on screen at its time.
    for (const [position, time] of Object.values(times).entries()) {
      expect(position / 15 - time).toBeGreaterThanOrEqual(-1e-6);
      expect(position / 15 - time).toBeLessThan(1 / 25 + 1e-6);
    }
  });

  it('gives the same bytes when it is given again, without embedding anything', async () => {
    const before = await readFile(join(out, 'yoga.safetensors'));

    const third = await runCli(command, place);

    expect(third.code).toBe(0);
    expect(third.stderr).toContain(': 0 pictures in');
    expect(await readFile(join(out, 'yoga.safetensors'))).toEqual(before);
  });

  it('gives the same vectors from the frames it wrote', async () => {
    const fromFrames = join(dirname(place.home), 'from-frames');

    const end = await runCli(
      ['index', framesOut, '--model', tinyModel, '--out', fromFrames],
      place,
    );

    expect(end.code).toBe(0);
    const cut = readFrameIndex(await readFile(join(out, 'yoga.safetensors')));
    const read = readFrameIndex(await readFile(join(fromFrames, 'yoga.safetensors')));
    expect(read.frameNames).toEqual(cut.frameNames);
    expect(read.frameTimes).toEqual(cut.frameTimes);
    expect(read.vectors).toEqual(cut.vectors);
    await rm(fromFrames, { recursive: true });
  });
});

async function totalFrames(folder: string): Promise<number> {
  const counts = await Promise.all(
    clipKeys.map(
      async (key) =>
        readFrameIndex(await readFile(join(folder, `${key}.safetensors`))).frameNames.length,
    ),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
