import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  framesPerSecond,
  sampleIndexes,
  uniformFloor,
  uniformInterval,
  uniformLinspace,
  uniformSegmentMid,
  uniformSlowfast,
  type SamplingFormula,
} from '../../../domain/frames/sampling.ts';

const counted = [
  'uniform.floor',
  'uniform.segment-mid',
  'uniform.slowfast',
  'uniform.interval',
  'uniform.linspace',
] as const satisfies readonly SamplingFormula[];

describe('uniformFloor', () => {
  it('B1: takes index floor(i * frames / asked)', () => {
    expect(uniformFloor(100, 8)).toEqual([0, 12, 25, 37, 50, 62, 75, 87]);
  });

  it('B1: starts at the first frame and never reaches the last one when there are more than asked for', () => {
    for (const total of [9, 10, 64, 3600]) {
      const indexes = uniformFloor(total, 8);
      expect(indexes[0]).toBe(0);
      expect(indexes.at(-1)).toBeLessThan(total - 1);
    }
  });
});

describe('uniformSegmentMid', () => {
  it('takes the middle of each segment', () => {
    expect(uniformSegmentMid(100, 8)).toEqual([6, 18, 31, 43, 56, 68, 80, 93]);
    expect(uniformSegmentMid(300, 16)).toEqual([
      9, 28, 46, 65, 84, 102, 121, 140, 159, 177, 196, 215, 233, 252, 271, 289,
    ]);
  });

  it('rounds exact halves to the even neighbour', () => {
    expect(uniformSegmentMid(21, 8)).toEqual([1, 3, 6, 9, 11, 13, 16, 19]);
  });

  it('stays within its bounds, and gives each frame of a short stretch once', () => {
    const bounds = { firstIndex: 60, lastIndex: 119 };

    expect(uniformSegmentMid(300, 4, bounds)).toEqual([67, 82, 97, 111]);
    expect(uniformSegmentMid(300, 9, { firstIndex: 60, lastIndex: 62 })).toEqual([60, 61, 62]);
  });

  it.each([
    { firstIndex: -1 },
    { lastIndex: 300 },
    { firstIndex: 9, lastIndex: 8 },
    { firstIndex: 0.5 },
  ])('refuses the bounds %j', (bounds) => {
    expect(() => uniformSegmentMid(300, 4, bounds)).toThrow(RangeError);
  });
});

describe('uniformSlowfast', () => {
  it('takes the middle between rounded segment ends', () => {
    expect(uniformSlowfast(100, 8)).toEqual([6, 18, 31, 43, 56, 68, 80, 93]);
    expect(uniformSlowfast(300, 50).slice(22, 28)).toEqual([135, 141, 147, 152, 158, 164]);
  });

  it('takes the frames there are where fewer exist than asked for', () => {
    expect(uniformSlowfast(4, 50)).toEqual([0, 1, 2, 3]);
  });
});

describe('uniformInterval', () => {
  it('keeps the defect it exists for: it may see the first half of a video only', () => {
    expect(uniformInterval(191, 96).at(-1)).toBe(95);
    expect(uniformInterval(100, 8)).toEqual([0, 12, 24, 36, 48, 60, 72, 84]);
    expect(uniformInterval(250, 64).at(-1)).toBe(189);
  });

  it('does not divide by zero where the guide does', () => {
    expect(uniformInterval(5, 8)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('uniformLinspace', () => {
  it('includes both ends', () => {
    expect(uniformLinspace(100, 8)).toEqual([0, 14, 28, 42, 57, 71, 85, 99]);
    expect(uniformLinspace(250, 64).at(-1)).toBe(249);
  });

  it('rounds exact halves to the even neighbour, and takes the first of one', () => {
    expect(uniformLinspace(6, 3)).toEqual([0, 2, 5]);
    expect(uniformLinspace(6, 1)).toEqual([0]);
  });
});

describe('framesPerSecond', () => {
  it('takes every (source rate / wanted rate)-th frame', () => {
    const rates = { sourceRate: 30, wantedRate: 1 };

    expect(framesPerSecond(100, 64, rates)).toEqual([0, 30, 60, 90]);
  });

  it('sees the end of the video where the step is no whole number', () => {
    const indexes = framesPerSecond(250, 64, { sourceRate: 25, wantedRate: 6.4 });

    expect(indexes).toHaveLength(64);
    expect(indexes.slice(0, 4)).toEqual([0, 3, 7, 11]);
    expect(indexes.at(-1)).toBe(246);
  });

  it('spreads its cap over the whole video', () => {
    const indexes = framesPerSecond(3000, 8, { sourceRate: 30, wantedRate: 1 });

    expect(indexes).toEqual(uniformLinspace(3000, 8));
  });

  it('gives each frame once above the rate of the video', () => {
    expect(framesPerSecond(3, 8, { sourceRate: 5, wantedRate: 30 })).toEqual([0, 1, 2]);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the rate %d', (wantedRate) => {
    expect(() => framesPerSecond(10, 4, { sourceRate: 30, wantedRate })).toThrow(RangeError);
  });
});

describe('sampleIndexes', () => {
  it('gives what Python and numpy give for every count below the total, up to 120 frames', () => {
    const formulas = [uniformSegmentMid, uniformSlowfast, uniformLinspace, uniformInterval];
    const every: number[][][] = [];
    for (let total = 2; total <= 120; total += 1)
      for (let count = 1; count < total; count += 1)
        every.push(formulas.map((formula) => formula(total, count)));

    // From sampling_reference.py beside this file.
    expect(createHash('sha256').update(JSON.stringify(every)).digest('hex')).toBe(
      '9dd85d5f208fff2c988173cf937f5be64740525aca6275612a7febe347373038',
    );
  });

  it.each(counted)(
    '%s: ascending, distinct, in range, as many as asked for or there are',
    (name) => {
      for (let total = 0; total <= 60; total += 1)
        for (let count = 0; count <= 65; count += 1) {
          const indexes = sampleIndexes(name, total, count);
          expect(indexes).toHaveLength(Math.min(total, count));
          expectDistinctAndInRange(indexes, total);
        }
    },
  );

  it('fps: ascending, distinct, in range, and never more than its cap', () => {
    for (let total = 0; total <= 60; total += 1)
      for (let count = 0; count <= 65; count += 5)
        for (const wantedRate of [0.3, 1, 7, 29.97, 60]) {
          const indexes = sampleIndexes('fps', total, count, { sourceRate: 29.97, wantedRate });
          expect(indexes.length).toBeLessThanOrEqual(count);
          expectDistinctAndInRange(indexes, total);
        }
  });

  it.each(counted)('D17: %s shows each frame once when fewer exist than asked for', (name) => {
    expect(sampleIndexes(name, 5, 8)).toEqual([0, 1, 2, 3, 4]);
  });

  it.each(counted)('%s: refuses numbers that count nothing', (name) => {
    expect(() => sampleIndexes(name, -1, 8)).toThrow(RangeError);
    expect(() => sampleIndexes(name, 10, 2.5)).toThrow(RangeError);
  });

  it('passes bounds and rates on, and refuses them where a formula would ignore them', () => {
    const bounds = { firstIndex: 60, lastIndex: 119 };
    const rates = { sourceRate: 30, wantedRate: 1 };

    expect(sampleIndexes('uniform.segment-mid', 300, 4, bounds)).toEqual([67, 82, 97, 111]);
    expect(sampleIndexes('fps', 100, 64, rates)).toEqual([0, 30, 60, 90]);
    expect(() => sampleIndexes('uniform.floor', 300, 4, bounds)).toThrow('segment-mid');
    expect(() => sampleIndexes('uniform.linspace', 300, 4, rates)).toThrow('rate');
    expect(() => sampleIndexes('fps', 300, 4)).toThrow('rate');
  });
});

function expectDistinctAndInRange(indexes: readonly number[], total: number): void {
  const isAscending = indexes.every((index, i) => i === 0 || index > (indexes[i - 1] ?? 0));
  const isInRange = indexes.every((index) => Number.isInteger(index) && index < total);
  expect(isAscending && isInRange && (indexes[0] ?? 0) >= 0).toBe(true);
}
