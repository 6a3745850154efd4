import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { clipTimeline, extractTargets, type Extract } from '../../domain/frames/extract-targets.ts';
import type { TimeSpan } from '../../domain/item.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import { readFrameFile, readInside } from '../frames/frame-file.ts';
import type { CutFrame } from './cut-frames.ts';

const pictureName = /^\D*(\d{1,15})\.(?:jpg|jpeg|png)$/i;

type SequencePicture = { readonly name: string; readonly timeSeconds: number };

/**
 * Takes frames out of a folder of pictures that stands for a video, such as TVQA's `00001.jpg`,
 * `00002.jpg`: the first by number is at 0 s, each stays for 1 / `framesPerSecond` seconds. The bytes
 * are those of the files.
 *
 * @throws {StepError} class `frames_missing` when it holds no numbered picture or the clip begins after
 *   its end, or a picture lies outside of it; `bad_media` for a file that is no picture or too large
 */
export async function* readSequence({
  folder,
  framesPerSecond,
  extract,
  clip,
}: {
  readonly folder: string;
  readonly framesPerSecond: number;
  readonly extract: Extract;
  readonly clip?: TimeSpan;
}): AsyncGenerator<CutFrame> {
  const pictures = await listPictures(folder, framesPerSecond);
  const startTimes = pictures.map(({ timeSeconds }) => timeSeconds);
  const endSeconds = (startTimes.at(-1) ?? 0) + 1 / framesPerSecond;
  const whole = { startTimes, endSeconds, toleranceSeconds: 1e-6 };
  const part = clip === undefined ? { timeline: whole, firstIndex: 0 } : clipTimeline(whole, clip);
  if (part === null || pictures.length === 0) {
    const what =
      pictures.length === 0 ? 'holds no numbered picture' : `ends before ${clip?.startSeconds} s`;
    throw new StepError('frames_missing', 'fail', `the frames folder ${basename(folder)} ${what}`);
  }
  const { indexes } = extractTargets(extract, part.timeline);
  for (const [index, target] of indexes.entries()) {
    const { name, timeSeconds } = pictures[part.firstIndex + target]!;
    const bytes = await readFrameFile(folder, [name], titleOf(folder, name));
    yield { index, timeSeconds, bytes };
  }
}

/** sha256 of the names and bytes of a folder's pictures, 64 hex digits. */
export async function hashSequence(folder: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const { name } of await listPictures(folder, 1)) {
    signal?.throwIfAborted();
    // A damaged one among them is no obstacle before it is taken.
    const bytes = await readInside(folder, [name], titleOf(folder, name));
    hash.update(`${name}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex');
}

const titleOf = (folder: string, name: string): string =>
  `frame ${name} of the folder ${basename(folder)}`;

async function listPictures(folder: string, framesPerSecond: number): Promise<SequencePicture[]> {
  const numbered = (await readdir(folder))
    .map((name) => ({ name, number: Number(pictureName.exec(name)?.[1] ?? NaN) }))
    .filter(({ number }) => !Number.isNaN(number))
    .toSorted((left, right) => left.number - right.number);
  const first = numbered[0]?.number ?? 0;
  return numbered.map(({ name, number }) => ({
    name,
    timeSeconds: (number - first) / framesPerSecond,
  }));
}
