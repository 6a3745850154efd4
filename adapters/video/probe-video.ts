import { open, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { StepError } from '../../domain/errors/step-error.ts';
import { frameTable, type TimedFrame } from './packet-table.ts';
import { parseStreamHeader, type StreamHeader } from './probe-stream.ts';
import { readPackets, runFfprobe } from './run-ffprobe.ts';
import { containerSniffBytes, videoContainerOf } from './video-container.ts';
import { videoTools, type VideoTools } from './video-tools.ts';

export type ProbedFrame = TimedFrame & {
  /** ffprobe's `pts_time` of this frame, to the microsecond; not counted from the first frame. */
  readonly timeSeconds: number;
};

/** What is known of a video without decoding it. */
export type VideoProbe = StreamHeader & {
  /** Absolute path. */
  readonly file: string;
  /** From when the first frame is shown until the last one goes; sound may be longer. */
  readonly durationSeconds: number;
  /** Presentation time at which the last frame goes. */
  readonly endSeconds: number;
  readonly isVariableFrameRate: boolean;
  /** In presentation order. As listed: a damaged one among them may not decode. */
  readonly frames: readonly ProbedFrame[];
  /** False where the container has no times of its own, so that only a decoder from the start knows. */
  readonly hasPacketTimes: boolean;
};

export type ProbeLimits = {
  /** Pixels of one frame. @default 40 million, 8K with room to spare */
  readonly maxPixels?: number;
  /** Frames in the video. @default 2 million, 18 hours at 30 a second */
  readonly maxListedFrames?: number;
  /** @default 10 minutes */
  readonly probeTimeoutMs?: number;
};

export type ProbeOptions = {
  /** @default those that `videoTools` finds */
  readonly tools?: VideoTools;
  readonly signal?: AbortSignal;
  readonly limits?: ProbeLimits;
};

export const defaultMaxPixels = 40_000_000;
const defaultMaxListedFrames = 2_000_000;
const defaultProbeTimeoutMs = 10 * 60_000;

/**
 * Reads a video's headers and the table of its frames without decoding it; where the container has
 * no presentation times (AVI with B-frames, MPEG program streams) ffprobe decodes it once instead.
 *
 * @throws {StepError} `frames_missing` when the file is not there; `bad_media` when it is no video,
 *   has no frames, is cut short, or has larger or more frames than the limits; `timeout`
 */
export async function probeVideo(file: string, options: ProbeOptions = {}): Promise<VideoProbe> {
  const path = resolve(file);
  await checkContainer(path);
  const { limits = {} } = options;
  const { probeTimeoutMs = defaultProbeTimeoutMs } = limits;
  const tools = options.tools ?? (await videoTools());
  const run = { path, ...options, tools, timeoutMs: probeTimeoutMs };
  const header = await headerOf(run, limits.maxPixels ?? defaultMaxPixels);
  const listing = await readPackets(run, {
    streamIndex: header.streamIndex,
    most: limits.maxListedFrames ?? defaultMaxListedFrames,
  });
  const { frames, endTicks } = frameTable(listing.packets);
  const [first] = frames;
  if (first === undefined) throw badMedia(path, 'has no frame that can be shown');
  const seconds = secondsOf(header);
  const durationSeconds = microseconds(seconds(endTicks - first.ticks));
  if (listing.isCutShort || endsEarly(header, listing.packetCount, durationSeconds)) {
    const end = durationSeconds.toFixed(1);
    throw badMedia(path, `is cut short: it ends after ${end} s; copy or download it again`);
  }
  return {
    ...header,
    file: path,
    durationSeconds,
    endSeconds: microseconds(seconds(endTicks)),
    isVariableFrameRate: isUneven(frames, seconds),
    frames: frames.map((frame) => ({ ...frame, timeSeconds: microseconds(seconds(frame.ticks)) })),
    hasPacketTimes: listing.hasPacketTimes,
  };
}

/** The last frames of a recording are often lost without harm. */
const allowedLoss = 0.05;

/** Refuses what is no regular file, and, by its first bytes, what is no video. */
async function checkContainer(path: string): Promise<void> {
  try {
    if (path.includes('\0') || !(await stat(path)).isFile()) throw badMedia(path, 'is no file');
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(containerSniffBytes));
      if (videoContainerOf(buffer.subarray(0, bytesRead)) === null)
        throw badMedia(
          path,
          'is no video that is read: mp4, mov, mkv, webm, avi, gif, flv, wmv, mpg or ts',
        );
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof StepError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const isGone = code === 'ENOENT' || code === 'ENOTDIR';
    const what = isGone ? 'is not there' : `cannot be read (${code ?? 'unknown'})`;
    throw isGone || code === 'EACCES' || code === 'EPERM'
      ? new StepError('frames_missing', 'fail', `video ${basename(path)} ${what}`, { cause: error })
      : new StepError('storage', 'retry', `video ${basename(path)} ${what}`, { cause: error });
  }
}

async function headerOf(
  run: Parameters<typeof runFfprobe>[0],
  maxPixels: number,
): Promise<StreamHeader> {
  const header = parseStreamHeader(await runFfprobe(run, ['-show_streams', '-show_format']));
  if (header === null) throw badMedia(run.path, 'has no picture track');
  const { width, height } = header;
  if (width === 0 || height === 0) throw badMedia(run.path, 'has frames of no size');
  if (width * height > maxPixels)
    throw badMedia(run.path, `has frames of ${width}x${height}; the limit is ${maxPixels} pixels`);
  return header;
}

/**
 * Whether the file holds clearly less than its headers announce. AVI counts its frames there; MP4
 * states how long they last. A second is forgiven, because that is often rounded.
 */
function endsEarly(header: StreamHeader, packetCount: number, durationSeconds: number): boolean {
  const announcedFrames = header.container === 'avi' ? (header.announcedFrames ?? 0) : 0;
  const announcedSeconds = header.announcedSeconds ?? 0;
  return (
    packetCount < announcedFrames * (1 - allowedLoss) ||
    durationSeconds + 1 < announcedSeconds * (1 - allowedLoss)
  );
}

/** Gaps that differ by more than a clock's rounding: one tick, or a millisecond of a finer clock. */
function isUneven(frames: readonly TimedFrame[], seconds: (ticks: number) => number): boolean {
  const gaps = frames.slice(1).map(({ ticks }, index) => ticks - (frames[index]?.ticks ?? 0));
  let least = gaps[0] ?? 0;
  let most = least;
  for (const gap of gaps) {
    least = Math.min(least, gap);
    most = Math.max(most, gap);
  }
  return most - least > 1 && seconds(most - least) > 0.001;
}

/** Seconds of a number of ticks. */
function secondsOf({ timeBase }: StreamHeader): (ticks: number) => number {
  return (ticks) => (ticks * timeBase.numerator) / timeBase.denominator;
}

function microseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

/** A failure of this one video, by its file's name. */
export function badMedia(path: string, what: string): StepError {
  return new StepError('bad_media', 'fail', `video ${basename(path)} ${what}`);
}
