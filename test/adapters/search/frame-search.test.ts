import { describe, expect, it } from 'vitest';
import { openFrameSearch } from '../../../adapters/search/frame-search.ts';
import type { ScoredFrame } from '../../../domain/frames/similarity.ts';
import { seededRandom, vectorKinds, vectorsOfKind } from './random-vectors.ts';

const kinds = Object.keys(vectorKinds) as (keyof typeof vectorKinds)[];

describe('openFrameSearch', () => {
  it('equals float64 brute force in 1,000 random cases, to the last bit and with all ties', () => {
    for (let seed = 1; seed <= 1000; seed++) {
      const { vectors, queries, dimension, k } = randomCase(seed);

      const found = openFrameSearch({ vectors, dimension }).search(queries, k);

      expect(found, `case ${seed}`).toEqual(bruteForce(queries, vectors, dimension, k));
    }
  });

  it.each([
    ['rows of the real size over many tiles', 700, 1152, 19, 16],
    ['short rows over many tiles', 5000, 3, 5, 10],
    ['a row that is longer than a tile', 40, 70_001, 5, 3],
  ])('equals float64 brute force for %s', (_, rows, dimension, queryCount, k) => {
    const random = seededRandom(rows);
    const vectors = vectorsOfKind('any direction', random, { rows, dimension });
    const queries = vectorsOfKind('any direction', random, { rows: queryCount, dimension });

    const found = openFrameSearch({ vectors, dimension }).search(queries, k);

    expect(found).toEqual(bruteForce(queries, vectors, dimension, k));
  });

  it('ranks a query the same alone and in any company', () => {
    const random = seededRandom(11);
    const dimension = 1152;
    const vectors = vectorsOfKind('one row with the last bits changed', random, {
      rows: 400,
      dimension,
    });
    const queries = Array.from({ length: 7 }, () =>
      vectorsOfKind('any direction', random, { rows: 1, dimension }),
    );
    const index = openFrameSearch({ vectors, dimension });
    const alone = queries.map((query) => index.search(query, 9)[0]);

    for (let batch = 1; batch <= 40; batch++) {
      const order = Array.from({ length: 1 + (batch % 7) }, () => Math.floor(random() * 7));
      const joined = new Float32Array(order.flatMap((at) => [...queries[at]!]));

      expect(index.search(joined, 9)).toEqual(order.map((at) => alone[at]));
    }
  });

  it('gives equal frames in the order of their index, however many there are', () => {
    const vectors = new Float32Array(Array.from({ length: 3000 }, () => [0.6, 0.8]).flat());

    const [found] = openFrameSearch({ vectors, dimension: 2 }).search(new Float32Array([1, 0]), 4);

    expect(found?.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  it('finds nothing in a video without frames, and ranks nothing without queries', () => {
    const empty = openFrameSearch({ vectors: new Float32Array(), dimension: 2 });
    const index = openFrameSearch({ vectors: new Float32Array([1, 0, 0, 1]), dimension: 2 });

    expect(empty.search(new Float32Array([1, 0]), 3)).toEqual([[]]);
    expect(index.search(new Float32Array(), 1)).toEqual([]);
  });

  it('counts the vectors and their copy as its size', () => {
    const vectors = new Float32Array(1000 * 1152).fill(1);

    const { byteLength, frameCount } = openFrameSearch({ vectors, dimension: 1152 });

    expect(frameCount).toBe(1000);
    expect(byteLength / vectors.byteLength).toBeGreaterThan(1.5);
    expect(byteLength / vectors.byteLength).toBeLessThan(1.75);
  });

  it.each([
    ['queries that are not whole rows', [1, 0, 0], 1, /3 values are not a whole number of rows/],
    ['a k of zero', [1, 0], 0, /k must be a whole number/],
    ['half a frame', [1, 0], 1.5, /k must be a whole number/],
    ['a query with a value that is not a number', [1, 0, NaN, 0], 1, /frame 0 scores NaN/],
    ['an infinite query', [Infinity, 1], 1, /frame 0 scores Infinity/],
  ])('refuses %s', (_, queries, k, message) => {
    const vectors = new Float32Array([1, 0.5, 0.5, 1, 1, 1]);
    const { search } = openFrameSearch({ vectors, dimension: 2 });

    expect(() => search(new Float32Array(queries), k)).toThrow(RangeError);
    expect(() => search(new Float32Array(queries), k)).toThrow(message);
  });

  it.each([
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('names the frame that holds %d', (value, score) => {
    const vectors = new Float32Array([1, 0.5, 0.5, 1, value, 1]);
    const { search } = openFrameSearch({ vectors, dimension: 2 });

    expect(() => search(new Float32Array([1, 0]), 1)).toThrow(`frame 2 scores ${score}`);
  });

  it.each([
    [5, 2],
    [2, 0],
  ])('refuses %d values as rows of %d', (length, dimension) => {
    const open = () => openFrameSearch({ vectors: new Float32Array(length), dimension });

    expect(open).toThrow(RangeError);
  });
});

function randomCase(seed: number) {
  const random = seededRandom(seed);
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const dimension = upTo(seed % 50 === 0 ? 1200 : 70);
  const rows = upTo(300) - 1;
  const queryCount = upTo(seed % 20 === 0 ? 40 : 7);
  const k = upTo(seed % 10 === 0 ? 400 : 40);
  const kind = kinds[seed % kinds.length]!;
  const vectors = vectorsOfKind(kind, random, { rows, dimension });
  const queries = vectorsOfKind(kind, random, { rows: queryCount, dimension });
  // Some queries are frames of the video, as when a picture was drawn after one.
  if (rows > 0) queries.set(vectors.subarray(0, dimension));
  return { vectors, queries, dimension, k };
}

/** Every score, sorted: the canonical order of additions, written down once more. */
function bruteForce(
  queries: Float32Array,
  vectors: Float32Array,
  dimension: number,
  k: number,
): ScoredFrame[][] {
  return rowsOf(queries, dimension).map((query) =>
    rowsOf(vectors, dimension)
      .map((frame, index) => ({ index, score: float64Score(query, frame) }))
      .toSorted((left, right) =>
        left.score === right.score ? left.index - right.index : right.score - left.score,
      )
      .slice(0, k),
  );
}

function float64Score(query: Float32Array, frame: Float32Array): number {
  const lanes = [0, 0, 0, 0];
  const whole = query.length - (query.length % 4);
  query.forEach((value, at) => {
    lanes[at < whole ? at % 4 : 0]! += value * frame[at]!;
  });
  return lanes[0]! + lanes[1]! + (lanes[2]! + lanes[3]!);
}

function rowsOf(matrix: Float32Array, dimension: number): Float32Array[] {
  return Array.from({ length: matrix.length / dimension }, (_, row) =>
    matrix.subarray(row * dimension, (row + 1) * dimension),
  );
}
