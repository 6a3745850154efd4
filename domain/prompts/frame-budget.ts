/**
 * Splits a budget of frames over the videos of an item, equally, by largest remainder: what cannot
 * be split goes to the first videos, a frame each. A video with fewer frames than its share gives
 * the rest to the others.
 *
 * @param available  frames of each video
 * @returns frames of each video; they add up to the budget, or to all frames where that is fewer
 * @throws {RangeError} when a number is not a whole number >= 0
 */
export function splitFrameBudget(budget: number, available: readonly number[]): number[] {
  for (const count of [budget, ...available])
    if (!Number.isInteger(count) || count < 0)
      throw new RangeError(`a number of frames is ${count}; it must be a whole number >= 0`);
  const shares = available.map(() => 0);
  let left = budget;
  for (;;) {
    const open = shares.flatMap((share, video) => (share < available[video]! ? [video] : []));
    if (left === 0 || open.length === 0) return shares;
    const each = Math.max(1, Math.floor(left / open.length));
    for (const video of open.slice(0, left)) {
      const taken = Math.min(each, available[video]! - shares[video]!);
      shares[video]! += taken;
      left -= taken;
    }
  }
}
