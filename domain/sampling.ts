/**
 * Picks `count` of `total` frames, evenly spaced: index floor(i * total / count). Starts at 0 and
 * never reaches the last frame when there are more frames than asked for. Asking for more frames
 * than exist gives each frame once.
 *
 * @returns ascending, distinct indexes into the frames in time order
 * @throws {RangeError} when a number is not a whole number >= 0
 */
export function uniformFloor(total: number, count: number): number[] {
  if (!Number.isInteger(total) || total < 0)
    throw new RangeError(`total is ${total}; it must be a whole number >= 0`);
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError(`count is ${count}; it must be a whole number >= 0`);
  const taken = Math.min(total, count);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * total) / taken));
}
