import { expect, it } from 'vitest';
import { extrapolate } from '../../../domain/money/extrapolate.ts';

it('multiplies the mean, with an interval that narrows to nothing as the sample becomes everything', () => {
  const sample = [1, 2, 3, 4];

  const few = extrapolate(sample, 400);
  const half = extrapolate(sample, 8);

  expect(few?.total).toBe(1000);
  // s = 1.29, n = 4, t = 3.182: 2.5 -+ 2.054 an item, times sqrt(0.99).
  expect(few?.ci95?.[0]).toBeCloseTo(400 * (2.5 - 2.054 * Math.sqrt(0.99)), 0);
  expect(half!.ci95![1] - half!.total).toBeCloseTo(8 * 2.054 * Math.sqrt(0.5), 1);
  expect(extrapolate(sample, 4)).toEqual({ total: 10, ci95: [10, 10] });
});

it('has no interval from one item, and nothing to say from none', () => {
  expect(extrapolate([2], 10)).toEqual({ total: 20, ci95: null });
  expect(extrapolate([], 10)).toBeNull();
});
