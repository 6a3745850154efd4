import type { TimeSpan } from '../item.ts';

/**
 * Which frames of a video are cut: `perSecond` r = the frame on screen at k / r seconds after the
 * first one, k = 0, 1, ...; `count` n = those on screen in the middles of n equal stretches of time;
 * `times` = those on screen at these presentation times, in seconds.
 */
export type Extract =
  | { readonly perSecond: number }
  | { readonly count: number }
  | { readonly times: readonly number[] };

/** When a video's frames are on screen: each from its own time to that of the next one. */
export type FrameTimeline = {
  /** Presentation times in seconds, ascending and distinct. */
  readonly startTimes: readonly number[];
  /** When the last frame leaves the screen. */
  readonly endSeconds: number;
  /** How much too late the file's clock may say that a frame began, in seconds. */
  readonly toleranceSeconds: number;
};

/** The frames to cut, and the wanted times at which the video shows none. */
export type ExtractTargets = {
  /** Ascending, distinct indexes into the timeline. */
  readonly indexes: readonly number[];
  readonly timesOutside: readonly number[];
};

/**
 * The part of a timeline that lies within a clip: from the frame on screen when it begins to the
 * last one that begins before it ends. The bounds of a clip count from the first frame, as people
 * annotate; times stay those of the whole video.
 *
 * @returns `firstIndex` of the part in the whole; null when the video is over before the clip begins
 */
export function clipTimeline(
  timeline: FrameTimeline,
  clip: TimeSpan,
): { readonly timeline: FrameTimeline; readonly firstIndex: number } | null {
  const { startTimes, toleranceSeconds } = timeline;
  const first = startTimes[0] ?? 0;
  const startSeconds = first + clip.startSeconds;
  const endSeconds = first + clip.endSeconds;
  if (startSeconds > timeline.endSeconds + toleranceSeconds) return null;
  const firstIndex = frameOnScreen(startSeconds, startTimes, toleranceSeconds);
  const lastIndex = Math.max(firstIndex, frameOnScreen(endSeconds, startTimes, toleranceSeconds));
  const next = startTimes[lastIndex + 1] ?? timeline.endSeconds;
  return {
    firstIndex,
    timeline: {
      startTimes: startTimes.slice(firstIndex, lastIndex + 1),
      endSeconds: Math.min(next, Math.max(endSeconds, startTimes[lastIndex] ?? 0)),
      toleranceSeconds,
    },
  };
}

/**
 * Turns a wish into frames, by presentation time and never by frame number, so that it holds for a
 * variable frame rate. Each frame is taken once; `count` gives exactly as many as asked for, or all
 * there are: where two middles fall on one frame, the neighbour is taken too.
 *
 * @throws {RangeError} for a rate that is not a number > 0 or a count that is not a whole number > 0
 */
export function extractTargets(extract: Extract, timeline: FrameTimeline): ExtractTargets {
  if (timeline.startTimes.length === 0) return { indexes: [], timesOutside: [] };
  if ('times' in extract) return atTimes(extract.times, timeline);
  const indexes =
    'perSecond' in extract
      ? perSecond(extract.perSecond, timeline)
      : inMiddles(extract.count, timeline);
  return { indexes, timesOutside: [] };
}

function perSecond(rate: number, timeline: FrameTimeline): number[] {
  if (!Number.isFinite(rate) || rate <= 0)
    throw new RangeError(`perSecond is ${rate}; it must be a number > 0`);
  const { startTimes, endSeconds, toleranceSeconds } = timeline;
  const first = startTimes[0] ?? 0;
  const taken: number[] = [];
  // Frame by frame, because a high rate asks far more often than there are frames.
  for (const [index, start] of startTimes.entries()) {
    const end = startTimes[index + 1] ?? endSeconds;
    const next = Math.ceil((start - toleranceSeconds - first) * rate);
    if (Math.max(0, next) / rate < end - toleranceSeconds - first || index === 0) taken.push(index);
  }
  return taken;
}

function inMiddles(count: number, { startTimes, endSeconds, ...rest }: FrameTimeline): number[] {
  if (!Number.isInteger(count) || count <= 0)
    throw new RangeError(`count is ${count}; it must be a whole number > 0`);
  const total = startTimes.length;
  const taken = Math.min(count, total);
  const first = startTimes[0] ?? 0;
  let previous = -1;
  return Array.from({ length: taken }, (_, i) => {
    const middle = first + ((i + 0.5) / taken) * (endSeconds - first);
    const onScreen = frameOnScreen(middle, startTimes, rest.toleranceSeconds);
    // One frame per middle must be left for those that follow.
    previous = Math.min(Math.max(onScreen, previous + 1), total - (taken - i));
    return previous;
  });
}

function atTimes(times: readonly number[], timeline: FrameTimeline): ExtractTargets {
  const { startTimes, endSeconds, toleranceSeconds } = timeline;
  const first = startTimes[0] ?? 0;
  // Negated, so that NaN is outside too.
  const isOutside = (time: number): boolean =>
    !(time >= first - toleranceSeconds && time <= endSeconds + toleranceSeconds);
  const inside = times.filter((time) => !isOutside(time));
  const indexes = inside.map((time) => frameOnScreen(time, startTimes, toleranceSeconds));
  return {
    indexes: [...new Set(indexes)].toSorted((left, right) => left - right),
    timesOutside: times.filter(isOutside),
  };
}

/** Index of the last frame that began by then; 0 before the first one. */
function frameOnScreen(
  time: number,
  startTimes: readonly number[],
  toleranceSeconds: number,
): number {
  let low = 0;
  let high = startTimes.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((startTimes[middle] ?? 0) <= time + toleranceSeconds) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
