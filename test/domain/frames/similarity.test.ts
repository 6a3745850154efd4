import { describe, expect, it } from 'vitest';
import { normalizeRows, topK } from '../../../domain/frames/similarity.ts';

describe('topK', () => {
  it('agrees with sorting every cosine, for random shapes', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const dimension = 1 + Math.floor(random() * 19);
      const frameCount = Math.floor(random() * 300);
      const k = 1 + Math.floor(random() * 40);
      const frames = unitRows(random, frameCount, dimension);
      const query = unitRows(random, 1, dimension);

      const found = topK(query, frames, dimension, k);

      const expected = Array.from({ length: frameCount }, (_, index) => ({
        index,
        score: plainDot(query, frames.subarray(index * dimension, (index + 1) * dimension)),
      })).toSorted((left, right) => right.score - left.score);
      expect(found).toHaveLength(Math.min(k, frameCount));
      found.forEach(({ score }, place) => expect(score).toBeCloseTo(expected[place]!.score, 12));
    }
  });

  it('begins every longer ranking with the shorter one', () => {
    const random = seededRandom(7);
    const frames = unitRows(random, 500, 12);
    const query = unitRows(random, 1, 12);
    const full = topK(query, frames, 12, 500);

    for (const k of [1, 2, 3, 17, 64, 130, 499, 5000]) {
      expect(topK(query, frames, 12, k)).toEqual(full.slice(0, k));
    }
  });

  it('gives equal scores to the lower index, also far behind the first k rows', () => {
    const row = [0.6, 0.8];
    const frames = new Float32Array(Array.from({ length: 1000 }, () => row).flat());

    const found = topK(new Float32Array(row), frames, 2, 5);

    expect(found.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  });

  it('scores a frame the same wherever it stands', () => {
    const random = seededRandom(3);
    const frames = unitRows(random, 50, 1152);
    const query = unitRows(random, 1, 1152);
    const all = topK(query, frames, 1152, 50);

    for (const { index, score } of all) {
      const alone = topK(query, frames.slice(index * 1152, (index + 1) * 1152), 1152, 1);
      expect(alone).toEqual([{ index: 0, score }]);
    }
  });

  it('finds nothing in a video without frames', () => {
    expect(topK(new Float32Array([1]), new Float32Array(), 1, 3)).toEqual([]);
  });

  it.each([
    ['a query of another dimension', [1, 0, 0], [1, 0], 2, 1],
    ['frames that are not whole rows', [1, 0], [1, 0, 1], 2, 1],
    ['a dimension of zero', [], [], 0, 1],
    ['a k of zero', [1, 0], [1, 0], 2, 0],
    ['half a frame', [1, 0], [1, 0], 2, 1.5],
    ['a value that is not a number', [1, 0], [1, 0, Number.NaN, 0], 2, 1],
  ])('refuses %s', (_, query, frames, dimension, k) => {
    const search = () => topK(new Float32Array(query), new Float32Array(frames), dimension, k);

    expect(search).toThrow(RangeError);
  });
});

describe('normalizeRows', () => {
  it('scales each row to length 1 and keeps its direction', () => {
    const vectors = new Float32Array([3, 4, 0, -2]);

    normalizeRows(vectors, 2);

    expect([...vectors]).toEqual([Math.fround(0.6), Math.fround(0.8), 0, -1]);
  });

  it.each([0, Number.NaN, Number.POSITIVE_INFINITY])('names a row of %d', (value) => {
    const vectors = new Float32Array([1, 0, value, 0]);

    expect(() => normalizeRows(vectors, 2)).toThrow(/row 1 has no direction/);
  });
});

function plainDot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, at) => sum + value * right[at]!, 0);
}

function unitRows(random: () => number, rows: number, dimension: number): Float32Array {
  const vectors = Float32Array.from({ length: rows * dimension }, () => random() - 0.5);
  normalizeRows(vectors, dimension);
  return vectors;
}

/** The mulberry32 generator: the same seed gives the same numbers from 0 to 1. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
