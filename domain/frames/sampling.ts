/** How `count` of `total` frames are chosen, by the names that configuration uses. */
export type SamplingFormula =
  | 'uniform.floor'
  | 'uniform.segment-mid'
  | 'uniform.slowfast'
  | 'uniform.interval'
  | 'uniform.linspace'
  | 'fps';

/** A stretch of frames, both ends included. */
export type FrameBounds = { readonly firstIndex?: number; readonly lastIndex?: number };

/** Frames per second that the video has, and how many of them are wanted. */
export type FrameRates = { readonly sourceRate: number; readonly wantedRate: number };

/**
 * Picks frames by the formula of that name. Every formula gives ascending, distinct indexes from 0
 * to total - 1, at most `count` of them, and each frame once where `count` reaches the number there is.
 *
 * @param options `uniform.segment-mid` honours the bounds; `fps` needs the rates
 * @throws {RangeError} for numbers that count nothing, for `fps` without rates, and for bounds or
 *   rates given to a formula that would ignore them
 */
export function sampleIndexes(
  formula: SamplingFormula,
  total: number,
  count: number,
  options: FrameBounds & Partial<FrameRates> = {},
): number[] {
  const { sourceRate, wantedRate, ...bounds } = options;
  const hasRates = sourceRate !== undefined || wantedRate !== undefined;
  const hasBounds = bounds.firstIndex !== undefined || bounds.lastIndex !== undefined;
  if (hasBounds && formula !== 'uniform.segment-mid')
    throw new RangeError(`${formula} has no bounds; only uniform.segment-mid honours them`);
  if (formula === 'fps') {
    if (sourceRate === undefined || wantedRate === undefined)
      throw new RangeError('fps needs the rate of the video and the rate that is wanted');
    return framesPerSecond(total, count, { sourceRate, wantedRate });
  }
  if (hasRates) throw new RangeError(`${formula} goes by the number of frames, not by a rate`);
  return countedFormulas[formula](total, count, bounds);
}

const countedFormulas = {
  'uniform.floor': uniformFloor,
  'uniform.segment-mid': uniformSegmentMid,
  'uniform.slowfast': uniformSlowfast,
  'uniform.interval': uniformInterval,
  'uniform.linspace': uniformLinspace,
} as const;

/**
 * Picks `count` of `total` frames, evenly spaced: index floor(i * total / count). Starts at 0 and
 * never reaches the last frame when there are more frames than asked for. Asking for more frames
 * than exist gives each frame once.
 *
 * @returns ascending, distinct indexes into the frames in time order
 * @throws {RangeError} when a number is not a whole number >= 0
 */
export function uniformFloor(total: number, count: number): number[] {
  checkCounts(total, count);
  const taken = Math.min(total, count);
  return indexes(taken, (i) => Math.floor((i * total) / taken));
}

/**
 * The middles of `count` equal segments, as PLLaVA takes them: trunc(s + seg / 2 + round(seg * i))
 * with seg = (e - s) / count and s, e the first and last frame; round is Python's, halves to even.
 * The published formula repeats frames where fewer exist than are asked for; here each comes once.
 *
 * @throws {RangeError} when a number is not a whole number >= 0 or the bounds hold no frame
 */
export function uniformSegmentMid(
  total: number,
  count: number,
  { firstIndex = 0, lastIndex = total - 1 }: FrameBounds = {},
): number[] {
  checkCounts(total, count);
  if (total === 0) return [];
  const areWhole = Number.isInteger(firstIndex) && Number.isInteger(lastIndex);
  if (!areWhole || firstIndex < 0 || lastIndex < firstIndex || lastIndex >= total)
    throw new RangeError(`frames ${firstIndex} to ${lastIndex} are no stretch of ${total} frames`);
  const available = lastIndex - firstIndex + 1;
  if (count >= available) return indexes(available, (i) => firstIndex + i);
  const segment = (lastIndex - firstIndex) / count;
  return indexes(count, (i) => Math.trunc(firstIndex + segment / 2 + roundHalfEven(segment * i)));
}

/**
 * The middle between the rounded ends of each segment, as SlowFast-LLaVA and Free Video-LLM take it:
 * (round(seg * i) + round(seg * (i + 1))) div 2 with seg = (total - 1) / count, halves to even.
 * As many frames as exist, or more, give each frame once, where the published formula repeats some.
 *
 * @throws {RangeError} when a number is not a whole number >= 0
 */
export function uniformSlowfast(total: number, count: number): number[] {
  checkCounts(total, count);
  if (count >= total) return indexes(total, (i) => i);
  const segment = (total - 1) / count;
  const edge = (i: number): number => roundHalfEven(segment * i);
  return indexes(count, (i) => Math.floor((edge(i) + edge(i + 1)) / 2));
}

/**
 * Every (total div count)-th frame from 0, as the Transformers guide takes them. For comparison with
 * its results only: with just under twice as many frames as asked for it sees the first half of the
 * video alone (191 frames, 96 asked for: the last is 95). Where the guide divides by zero, because
 * more frames are asked for than exist, each frame comes once.
 *
 * @throws {RangeError} when a number is not a whole number >= 0
 */
export function uniformInterval(total: number, count: number): number[] {
  checkCounts(total, count);
  if (count >= total) return indexes(total, (i) => i);
  const interval = Math.floor(total / count);
  return indexes(count, (i) => i * interval);
}

/**
 * Evenly spaced with both ends: round(i * (total - 1) / (count - 1)), halves to even, multiplied out
 * in the order of numpy's linspace. One frame is the first. Asking for more frames than exist gives
 * each frame once.
 *
 * @throws {RangeError} when a number is not a whole number >= 0
 */
export function uniformLinspace(total: number, count: number): number[] {
  checkCounts(total, count);
  const taken = Math.min(total, count);
  if (taken === 1) return [0];
  const step = (total - 1) / (taken - 1);
  return indexes(taken, (i) => roundHalfEven(i * step));
}

/**
 * The frame on screen at 0, 1, 2, ... intervals of the wanted rate: floor(k * sourceRate /
 * wantedRate). The step itself is never rounded: that would leave out the end of the video. Above
 * `count` frames the cap spreads over the whole video (`uniformLinspace`); a wanted rate above the
 * video's own gives each frame once.
 *
 * @throws {RangeError} when a count is not a whole number >= 0 or a rate is not a number > 0
 */
export function framesPerSecond(
  total: number,
  count: number,
  { sourceRate, wantedRate }: FrameRates,
): number[] {
  checkCounts(total, count);
  for (const rate of [sourceRate, wantedRate])
    if (!Number.isFinite(rate) || rate <= 0)
      throw new RangeError(`a rate is ${rate}; it must be a number > 0`);
  const step = Math.max(1, sourceRate / wantedRate);
  const wanted = Math.ceil(total / step - tolerance);
  if (wanted > count) return uniformLinspace(total, count);
  return indexes(wanted, (k) => Math.floor(k * step + tolerance));
}

/** Keeps a quotient that is whole but for the last bits from being rounded away. */
const tolerance = 1e-9;

function indexes(length: number, indexOf: (i: number) => number): number[] {
  return Array.from({ length }, (_, i) => indexOf(i));
}

/** Python's and numpy's rounding: exact halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below % 2 === 0 ? below : below + 1;
  return rest < 0.5 ? below : below + 1;
}

function checkCounts(total: number, count: number): void {
  if (!Number.isInteger(total) || total < 0)
    throw new RangeError(`total is ${total}; it must be a whole number >= 0`);
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError(`count is ${count}; it must be a whole number >= 0`);
}
