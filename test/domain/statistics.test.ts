import { describe, expect, it } from 'vitest';
import { clusteredMean, pairedDifference } from '../../domain/statistics.ts';
import { studentT975 } from '../../domain/student-t.ts';

const observations = (values: readonly number[], clusterSize: number) =>
  values.map((value, i) => ({ value, cluster: `v${Math.floor(i / clusterSize)}` }));

describe('clusteredMean', () => {
  it('equals the usual interval of a mean when every item is its own cluster', () => {
    const found = clusteredMean(observations([1, 0, 1, 1, 0, 1, 0, 1], 1))!;

    // s^2 / n with s^2 over n - 1, Student's t with 7 degrees of freedom.
    const half = 2.364624 * Math.sqrt((0.625 * 0.375) / 7);
    expect(found.mean).toBe(0.625);
    expect(found.ci95[0]).toBeCloseTo(0.625 - half, 6);
    expect(found.ci95[1]).toBe(Math.min(1, 0.625 + half));
  });

  it('is wider when the items of a cluster rise and fall together', () => {
    const values = [1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0];

    const clustered = clusteredMean(observations(values, 4))!;
    const single = clusteredMean(observations(values, 1))!;

    const width = ({ ci95 }: typeof clustered) => ci95[1] - ci95[0];
    expect(width(clustered)).toBeGreaterThan(1.8 * width(single));
  });

  it('knows nothing about other videos from one', () => {
    expect(clusteredMean(observations([1, 0, 1, 1], 4))!.ci95).toEqual([0, 1]);
  });

  it('does not claim certainty when every answer is right or wrong', () => {
    const right = clusteredMean(
      observations(
        Array.from({ length: 40 }, () => 1),
        1,
      ),
    )!;
    const wrong = clusteredMean(
      observations(
        Array.from({ length: 40 }, () => 0),
        1,
      ),
    )!;

    // Wilson's interval for 40 of 40 starts at 40 / (40 + 1.96^2).
    expect(right.ci95[0]).toBeCloseTo(0.9124, 4);
    expect(right.ci95[1]).toBe(1);
    expect(wrong.ci95[1]).toBeCloseTo(0.0876, 4);
  });

  it('is null without observations', () => {
    expect(clusteredMean([])).toBeNull();
  });

  it('holds the true mean in about 95 of 100 clustered samples', () => {
    let state = 7;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const covers = Array.from({ length: 1000 }, () => {
      const sample = Array.from({ length: 20 }, (_, video) => {
        const ease = random();
        return Array.from({ length: 6 }, () => ({
          value: Number(random() < ease),
          cluster: `v${video}`,
        }));
      }).flat();
      const { ci95 } = clusteredMean(sample)!;
      return ci95[0] <= 0.5 && 0.5 <= ci95[1];
    });

    const share = covers.filter(Boolean).length / covers.length;
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.98);
  });
});

describe('pairedDifference', () => {
  const runOf = (values: Record<string, number>) =>
    new Map(
      Object.entries(values).map(([key, value]) => [key, { value, cluster: key.slice(0, 1) }]),
    );

  it('compares only items that both runs have', () => {
    const found = pairedDifference(runOf({ a1: 0, a2: 0, b1: 1 }), runOf({ a1: 1, b1: 1, c1: 1 }));

    expect(found).toMatchObject({ mean: 0.5, items: 2 });
  });

  it('stays within -1 and 1, and is null without a common item', () => {
    const wide = pairedDifference(runOf({ a1: 0, b1: 1 }), runOf({ a1: 1, b1: 0 }))!;

    expect(wide.ci95).toEqual([-1, 1]);
    expect(pairedDifference(runOf({ a1: 0 }), runOf({ b1: 1 }))).toBeNull();
  });
});

describe('studentT975', () => {
  it.each([
    [1, 12.7062],
    [10, 2.2281],
    [11, 2.201],
    [20, 2.086],
    [39, 2.0227],
    [100, 1.984],
    [1e6, 1.96],
  ])('agrees with the tables at %d degrees of freedom', (degrees, quantile) => {
    expect(studentT975(degrees)).toBeCloseTo(quantile, 4);
  });
});
