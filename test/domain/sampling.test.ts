import { describe, expect, it } from 'vitest';
import { uniformFloor } from '../../domain/sampling.ts';

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

  it('D17: shows each frame once when fewer exist than asked for', () => {
    expect(uniformFloor(5, 8)).toEqual([0, 1, 2, 3, 4]);
  });

  it('gives ascending, distinct indexes for every size', () => {
    for (let total = 0; total <= 40; total += 1)
      for (let count = 0; count <= 45; count += 1) {
        const indexes = uniformFloor(total, count);
        expect(indexes).toHaveLength(Math.min(total, count));
        expect(new Set(indexes).size).toBe(indexes.length);
        expect(indexes).toEqual(indexes.toSorted((left, right) => left - right));
        expect(indexes.every((index) => index >= 0 && index < total)).toBe(true);
      }
  });

  it('refuses numbers that count nothing', () => {
    expect(() => uniformFloor(-1, 8)).toThrow(RangeError);
    expect(() => uniformFloor(10, 2.5)).toThrow(RangeError);
  });
});
