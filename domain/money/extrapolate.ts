import { studentT975 } from '../student-t.ts';

/** A total over a whole dataset, estimated from some of its items. */
export type Extrapolated = {
  readonly total: number;
  /** 95 %. Null where one item is all that is known. */
  readonly ci95: readonly [number, number] | null;
};

/**
 * Mean of the sample times the population, with the interval of Student's t and the correction for
 * a finite population: a sample of everything has no interval left.
 *
 * @returns null without a sample
 */
export function extrapolate(sample: readonly number[], population: number): Extrapolated | null {
  const n = sample.length;
  if (n === 0) return null;
  const mean = sample.reduce((sum, value) => sum + value, 0) / n;
  const total = mean * population;
  if (n >= population) return { total, ci95: [total, total] };
  if (n === 1) return { total, ci95: null };
  const variance = sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const error = Math.sqrt((variance / n) * (1 - n / population));
  const half = studentT975(n - 1) * error * population;
  return { total, ci95: [Math.max(0, total - half), total + half] };
}
