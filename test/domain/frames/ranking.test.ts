import { describe, expect, it } from 'vitest';
import { selectFrames } from '../../../domain/frames/ranking.ts';
import type { ScoredFrame } from '../../../domain/frames/similarity.ts';

describe('selectFrames', () => {
  it('takes the first of each query, then the second of each', () => {
    const selected = selectFrames([ranking(4, 2, 0), ranking(1, 3, 0)], 3, 5);

    expect(selected.map(({ index, rank, query }) => ({ index, rank, query }))).toEqual([
      { index: 4, rank: 1, query: 0 },
      { index: 1, rank: 1, query: 1 },
      { index: 2, rank: 2, query: 0 },
    ]);
  });

  it('skips a frame that was taken and goes on down the rankings', () => {
    const selected = selectFrames([ranking(4, 2, 0), ranking(4, 2, 1)], 3, 5);

    expect(selected.map(({ index }) => index)).toEqual([4, 2, 0]);
  });

  it('keeps the score of the first appearance', () => {
    const selected = selectFrames(
      [[{ index: 0, score: 0.2 }], [{ index: 0, score: 0.9 }]],
      null,
      1,
    );

    expect(selected).toEqual([{ index: 0, score: 0.2, rank: 1, query: 0 }]);
  });

  it('keeps the whole union when no number of frames is set', () => {
    const selected = selectFrames([ranking(5, 1), ranking(1, 3), ranking(5, 3)], null, 9);

    expect(selected.map(({ index }) => index)).toEqual([5, 1, 3]);
  });

  it('shows all frames of a video shorter than asked for', () => {
    const selected = selectFrames([ranking(1, 0), ranking(0, 1)], 8, 2);

    expect(selected.map(({ index }) => index)).toEqual([1, 0]);
  });

  it('chooses nothing without a query or without frames', () => {
    expect(selectFrames([], 8, 10)).toEqual([]);
    expect(selectFrames([[], []], 8, 0)).toEqual([]);
  });

  it('fills exactly, without repeats, from as many ranks as answerFrames, for random rankings', () => {
    for (let trial = 0; trial < 300; trial++) {
      const frameCount = 1 + (trial % 23);
      const answerFrames = 1 + (trial % 11);
      const full = Array.from({ length: 1 + (trial % 5) }, (_, query) =>
        shuffledRanking(frameCount, trial * 5 + query),
      );

      const selected = selectFrames(full, answerFrames, frameCount);

      expect(selected).toHaveLength(Math.min(answerFrames, frameCount));
      expect(new Set(selected.map(({ index }) => index)).size).toBe(selected.length);
      const cut = full.map((ranks) => ranks.slice(0, answerFrames));
      expect(selectFrames(cut, answerFrames, frameCount)).toEqual(selected);
      for (const { index, score, rank, query } of selected) {
        expect(full[query]![rank - 1]).toEqual({ index, score });
        const places = full.map((ranks) => 1 + ranks.findIndex((frame) => frame.index === index));
        expect(rank).toBe(Math.min(...places));
        expect(query).toBe(places.indexOf(rank));
      }
    }
  });

  it.each([
    ['a ranking too short to be exact', [ranking(0, 1, 2), ranking(0)], 2, 3],
    ['a frame the video lacks', [ranking(3)], null, 3],
    ['a frame ranked twice', [ranking(1, 1)], null, 3],
    ['a count of zero', [ranking(0)], 0, 3],
  ])('refuses %s', (_, rankings, answerFrames, frameCount) => {
    expect(() => selectFrames(rankings, answerFrames, frameCount)).toThrow(RangeError);
  });
});

function ranking(...indexes: readonly number[]): ScoredFrame[] {
  return indexes.map((index, place) => ({ index, score: 1 - place / 10 }));
}

/** Every frame once, in an order that only the seed decides. */
function shuffledRanking(frameCount: number, seed: number): ScoredFrame[] {
  const scored = Array.from({ length: frameCount }, (_, index) => ({
    index,
    score: Math.abs(Math.sin((index + 1) * 12.9898 + seed * 78.233) * 43758.5453) % 1,
  }));
  return scored.toSorted((left, right) => right.score - left.score);
}
