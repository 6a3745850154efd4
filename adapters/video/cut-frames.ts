import { basename } from 'node:path';
import {
  clipTimeline,
  extractTargets,
  type Extract,
  type FrameTimeline,
} from '../../domain/frames/extract-targets.ts';
import { planFrames, type DecodePass } from '../../domain/frames/frame-plan.ts';
import type { TimeSpan } from '../../domain/item.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import { decodePass, type DecodedFrame } from './decode-pass.ts';
import { badMedia, defaultMaxPixels, probeVideo } from './probe-video.ts';
import type { ProbeLimits, ProbeOptions, VideoProbe } from './probe-video.ts';
import { videoTools, type VideoTools } from './video-tools.ts';

/** Changes when the same video and wish give other frames or other bytes. */
export const cutterVersion = 'jpeg-q2-420/1';

/** A frame as cut from a video. */
export type CutFrame = {
  /** From 0, in presentation order. */
  readonly index: number;
  /** ffprobe's `pts_time` of this very frame, to the microsecond. */
  readonly timeSeconds: number;
  /** JPEG. */
  readonly bytes: Uint8Array;
};

export type CutLimits = ProbeLimits & {
  /** @default 50,000 */
  readonly maxFrames?: number;
  /** Of all pictures together. @default 8 GiB */
  readonly maxOutputBytes?: number;
  /** From the first decoding to the last frame, the caller's own work between frames included. @default 30 minutes */
  readonly timeoutMs?: number;
};

export type CutFramesOptions = ProbeOptions & {
  readonly file: string;
  readonly extract: Extract;
  /** Cut this part alone; times stay those of the whole. @default the whole video */
  readonly clip?: TimeSpan;
  /** When the caller has probed this file already. */
  readonly probe?: VideoProbe;
  readonly limits?: CutLimits;
  /** What starting ffmpeg once more costs, in frames decoded. @default from the size of a frame */
  readonly restartCostFrames?: number;
};

const defaults = { maxFrames: 50_000, maxOutputBytes: 8 * 2 ** 30, timeoutMs: 30 * 60_000 };

/**
 * Cuts frames out of a video, in presentation order, as they come from the decoder: memory does not
 * grow with the video. They are what ffmpeg makes of it by default: full size, turned as the file
 * asks, pixels not squared, 4:2:0 JPEG of quality 2. A frame that does not decode is replaced by the
 * next one that does. A video with fewer frames than asked for gives all it has.
 *
 * @throws {StepError} what `probeVideo` throws; `frames_missing` when `times` lie outside the video;
 *   `invalid_request` for more frames than the limit; `bad_media` when nothing, or less than nine
 *   tenths of what was asked for, decodes, or the pictures exceed the limit; `timeout`
 * @throws {RangeError} for a rate or count that is not above 0
 */
export async function* cutFrames(options: CutFramesOptions): AsyncGenerator<CutFrame> {
  const limits = { ...defaults, ...options.limits };
  const tools = options.tools ?? (await videoTools());
  const video = options.probe ?? (await probeVideo(options.file, { ...options, tools }));
  const targets = targetsOf(video, options, limits.maxFrames);
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  const outer = options.signal ?? new AbortController().signal;
  const signal = AbortSignal.any([outer, deadline]);
  let cut = 0;
  let bytes = 0;
  try {
    for await (const frame of decodeTargets(video, targets, { ...options, tools, signal })) {
      bytes += frame.bytes.byteLength;
      if (bytes > limits.maxOutputBytes)
        throw badMedia(video.file, `gives more than ${limits.maxOutputBytes} bytes of frames`);
      yield { index: cut, timeSeconds: secondsAt(video, frame.ticks), bytes: frame.bytes };
      cut += 1;
    }
  } catch (error) {
    if (!deadline.aborted || outer.aborted) throw error;
    const message = `video ${basename(video.file)} was not cut within ${limits.timeoutMs / 1000} s`;
    throw new StepError('timeout', 'retry', message, { cause: error });
  }
  checkYield(video, cut, targets.length);
}

function targetsOf(
  video: VideoProbe,
  { extract, clip }: Pick<CutFramesOptions, 'extract' | 'clip'>,
  maxFrames: number,
): readonly number[] {
  const name = basename(video.file);
  const whole = timelineOf(video);
  const part = clip === undefined ? { timeline: whole, firstIndex: 0 } : clipTimeline(whole, clip);
  if (part === null) {
    const message = `video ${name} ends at ${video.endSeconds} s, before its clip from ${clip?.startSeconds} s`;
    throw new StepError('frames_missing', 'fail', message);
  }
  const { indexes: within, timesOutside } = extractTargets(extract, part.timeline);
  const indexes = within.map((index) => part.firstIndex + index);
  if (timesOutside.length > 0) {
    const shown = `from ${video.frames[0]?.timeSeconds} to ${video.endSeconds} s`;
    const listed = `${timesOutside.slice(0, 5).join(', ')}${timesOutside.length > 5 ? ', ...' : ''}`;
    const message = `video ${name} is shown ${shown} and has no frame at ${listed} s; correct these times`;
    throw new StepError('frames_missing', 'fail', message);
  }
  if (indexes.length <= maxFrames) return indexes;
  const message = `video ${name} would give ${indexes.length} frames, the limit is ${maxFrames}; ask for fewer`;
  throw new StepError('invalid_request', 'fail', message);
}

function timelineOf({ timeBase, frames, endSeconds }: VideoProbe): FrameTimeline {
  return {
    startTimes: frames.map(({ timeSeconds }) => timeSeconds),
    endSeconds,
    // Half a tick of the clock that the file's times are rounded to.
    toleranceSeconds: Math.min(
      0.001,
      Math.max(2e-6, timeBase.numerator / timeBase.denominator / 2),
    ),
  };
}

type Decoding = CutFramesOptions & { readonly signal: AbortSignal; readonly tools: VideoTools };

/** Follows the plan; a seek that lands where it should not makes the rest one pass from the start. */
async function* decodeTargets(
  video: VideoProbe,
  targets: readonly number[],
  options: Decoding,
): AsyncGenerator<DecodedFrame> {
  const { passes } = planFrames(targets, {
    isKeyframe: video.frames.map(({ isKeyframe }) => isKeyframe),
    restartCostFrames:
      options.restartCostFrames ?? Math.ceil(pixelsPerRestart / (video.width * video.height)),
    canSeek: isSeekable(video),
  });
  let reached = Number.NEGATIVE_INFINITY;
  const queue = [...passes];
  for (let pass = queue.shift(); pass !== undefined; pass = queue.shift()) {
    const expected = pass.targets.map((target) => ticksAt(video, target));
    let met = 0;
    for await (const frame of decodePass(runOf(video, pass, options))) {
      if (pass.startIndex > 0 && frame.ticks !== expected[met]) break;
      met += 1;
      // A change of size restarts ffmpeg's filter, which may then keep a frame too many.
      if (frame.ticks <= reached) continue;
      reached = frame.ticks;
      yield frame;
    }
    if (pass.startIndex === 0 || met === expected.length) continue;
    const rest = targets.filter((target) => ticksAt(video, target) > reached);
    queue.splice(0, queue.length, { startIndex: 0, targets: rest });
  }
}

/**
 * Pixels that are decoded in the time that one more start of ffmpeg takes: measured 0.1 s of CPU
 * beside 1.8 ms for a frame of 1280x720.
 */
const pixelsPerRestart = 50_000_000;

const seekableCodecs = new Set(['h264', 'hevc', 'vp8', 'vp9', 'av1', 'mpeg4', 'mpeg2video']);

/**
 * Containers with an index that leads to keyframes, and codecs whose keyframes stand alone. A GIF's
 * frames paint over the ones before; transport streams are searched by guessing.
 */
function isSeekable({ container, codec, hasPacketTimes }: VideoProbe): boolean {
  const hasIndex = /^(?:mov|matroska)/.test(container);
  return hasIndex && hasPacketTimes && seekableCodecs.has(codec);
}

function runOf(video: VideoProbe, { startIndex, targets }: DecodePass, options: Decoding) {
  // Some frames later than the last target, so that its successor can replace it.
  const stop = video.frames[(targets.at(-1) ?? 0) + 4];
  return {
    path: video.file,
    streamIndex: video.streamIndex,
    timeBase: video.timeBase,
    targetTicks: targets.map((target) => ticksAt(video, target)),
    stopTicks: stop === undefined ? null : stop.ticks,
    seekSeconds: startIndex === 0 ? null : seekSecondsOf(video, startIndex),
    maxPixels: options.limits?.maxPixels ?? defaultMaxPixels,
    tools: options.tools,
    signal: options.signal,
  };
}

/**
 * A moment after the keyframe: demuxers round down, and ffmpeg starts up to 0.13 s before the asked
 * time where frames are reordered. Never past the half way to the next keyframe.
 */
function seekSecondsOf({ frames }: VideoProbe, startIndex: number): number {
  const start = frames[startIndex]?.timeSeconds ?? 0;
  const following = frames.findIndex((frame, index) => index > startIndex && frame.isKeyframe);
  const next = frames[following]?.timeSeconds ?? Number.POSITIVE_INFINITY;
  return start + Math.min(0.14, (next - start) / 2);
}

function checkYield(video: VideoProbe, cut: number, wanted: number): void {
  if (cut === 0) throw badMedia(video.file, 'has no frame that can be decoded');
  const most = Math.max(1, wanted / 10);
  if (wanted - cut > most)
    throw badMedia(video.file, `is damaged: of ${wanted} frames asked for, ${cut} can be decoded`);
}

function ticksAt(video: VideoProbe, index: number): number {
  return video.frames[index]?.ticks ?? 0;
}

function secondsAt({ timeBase }: VideoProbe, ticks: number): number {
  return Math.round((ticks * timeBase.numerator * 1e6) / timeBase.denominator) / 1e6;
}
