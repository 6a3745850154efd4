import { describe, expect, it } from 'vitest';
import { averagesOf } from '../../../domain/suites/averages.ts';

describe('averages', () => {
  it('P5: of the five means that PLLaVA-34B published are 3.48 micro and 3.32 macro', () => {
    const generic = 1996;
    const means = [
      { mean: 3.6, items: generic },
      { mean: 3.2, items: generic },
      { mean: 3.9, items: generic },
      { mean: 2.67, items: 499 },
      { mean: 3.25, items: 499 },
    ];

    const averages = averagesOf(means.map(({ mean, items }) => ({ sum: mean * items, items })));

    expect(averages?.micro).toBeCloseTo(3.48, 3);
    expect(averages?.macro).toBeCloseTo(3.324, 9);
  });

  it('of tasks of one size are the same, as the Avg of the 20 tasks of MVBench is', () => {
    const tasks = Array.from({ length: 20 }, (_, right) => ({ sum: 5 * right, items: 200 }));

    const averages = averagesOf(tasks);

    expect(averages?.micro).toBeCloseTo(0.2375, 12);
    expect(averages?.macro).toBeCloseTo(0.2375, 12);
  });

  it('of tasks of other sizes differ: the M-Avg of MLVU is the mean of the tasks', () => {
    const averages = averagesOf([
      { sum: 400, items: 500 },
      { sum: 20, items: 100 },
    ]);

    expect(averages).toEqual({ micro: 0.7, macro: 0.5 });
  });

  it('leave out groups without items, and are null without any', () => {
    expect(
      averagesOf([
        { sum: 1, items: 2 },
        { sum: 0, items: 0 },
      ]),
    ).toEqual({ micro: 0.5, macro: 0.5 });
    expect(averagesOf([{ sum: 0, items: 0 }])).toBeNull();
  });
});
