import { describe, expect, it } from 'vitest';
import { splitFrameBudget } from '../../../domain/prompts/frame-budget.ts';

describe('splitFrameBudget', () => {
  it.each([
    [8, [100], [8]],
    [8, [100, 100], [4, 4]],
    [8, [100, 100, 100], [3, 3, 2]],
    [2, [100, 100, 100], [1, 1, 0]],
    [8, [2, 100, 100], [2, 3, 3]],
    [8, [100, 1, 2], [5, 1, 2]],
    [8, [3, 0, 2], [3, 0, 2]],
    [0, [3, 3], [0, 0]],
    [5, [], []],
  ])('splits %i frames over videos of %j frames into %j', (budget, available, shares) => {
    expect(splitFrameBudget(budget, available)).toEqual(shares);
  });

  it('spends the whole budget, asks no video for more than it has, and prefers none', () => {
    for (let budget = 0; budget <= 40; budget++)
      for (const available of [
        [7, 3, 20],
        [1, 1, 1, 1],
        [0, 9],
        [12, 12, 12],
        [40, 2],
      ]) {
        const shares = splitFrameBudget(budget, available);
        const total = available.reduce((sum, count) => sum + count, 0);
        expect(shares.reduce((sum, count) => sum + count, 0)).toBe(Math.min(budget, total));
        for (const [video, share] of shares.entries()) {
          expect(share).toBeLessThanOrEqual(available[video]!);
          // A video with frames left has no fewer than any other, but for one that could not be split.
          if (share < available[video]!)
            expect(share).toBeGreaterThanOrEqual(Math.max(...shares) - 1);
        }
        const withFrames = available.filter((count) => count > 0).length;
        const shown = shares.filter((share) => share > 0).length;
        expect(shown).toBe(Math.min(budget, withFrames));
      }
  });

  it.each([
    [-1, [1]],
    [1.5, [1]],
    [1, [-1]],
    [1, [Number.NaN]],
  ])('refuses numbers that count nothing: %d of %j', (budget, available) => {
    expect(() => splitFrameBudget(budget, available)).toThrow(RangeError);
  });
});
