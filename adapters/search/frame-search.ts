import {
  countRows,
  dotWithRow,
  gatherBest,
  topK,
  type ScoredFrame,
} from '../../domain/frames/similarity.ts';
import { quantiseRows, queriesPerPass, type ScoreBounds } from './quantised-rows.ts';

/** The frames of one video, open for search. It goes when nothing refers to it any more. */
export type FrameSearch = {
  readonly frameCount: number;
  /** Memory that it holds, the vectors included. */
  readonly byteLength: number;
  /**
   * The frames most similar to each query, best first: what `topK` finds, to the last bit, whatever
   * other queries come along.
   *
   * @param queries  row-major, shape [queryCount, dimension]
   * @param k        frames per query, at least 1; fewer come back if the video is shorter
   * @returns one ranking per query, in their order
   * @throws {RangeError} when a shape does not fit, k is not a whole number, or a score is not finite
   */
  readonly search: (queries: Float32Array, k: number) => ScoredFrame[][];
};

/**
 * Opens the embeddings of a video for exact search.
 *
 * A copy in int16 (`quantiseRows`) says within which bounds each score lies, at half the memory
 * traffic of float32. Only rows that can be among the best k by these bounds are scored, by the
 * canonical `dotWithRow`: so the result depends neither on the batch nor on the kernel.
 *
 * @param index.vectors    row-major, shape [frameCount, dimension]; kept, so do not change them
 * @param index.dimension  values per embedding, at least 1
 * @throws {RangeError} when the shape does not fit, or the copy does not fit into 4 GiB
 * @throws {EnvironmentError} when the kernels are not built
 */
export function openFrameSearch(index: {
  readonly vectors: Float32Array;
  readonly dimension: number;
}): FrameSearch {
  const { vectors, dimension } = index;
  const frameCount = countRows(vectors, dimension);
  const rows = quantiseRows(vectors, dimension);
  return {
    frameCount,
    byteLength: vectors.byteLength + rows.byteLength,
    search(queries, k) {
      const queryCount = countRows(queries, dimension);
      const query = (at: number): Float32Array =>
        queries.subarray(at * dimension, (at + 1) * dimension);
      // Every row is wanted, or `topK` knows which one to complain about.
      if (k >= frameCount || !rows.isFinite || !queries.every(Number.isFinite)) {
        return Array.from({ length: queryCount }, (_, at) =>
          topK(query(at), vectors, dimension, k),
        );
      }
      const rankings: ScoredFrame[][] = [];
      for (let from = 0; from < queryCount; from += queriesPerPass) {
        const some = queries.subarray(from * dimension, (from + queriesPerPass) * dimension);
        for (const bounds of rows.bound(some)) {
          rankings.push(rank(query(rankings.length), bounds, k));
        }
      }
      return rankings;
    },
  };

  function rank(query: Float32Array, { middle, reach }: ScoreBounds, k: number): ScoredFrame[] {
    // k rows reach the k-th largest lower bound, so a row below it is none of the best k.
    const lowest = gatherBest(k);
    const candidates: number[] = [];
    for (let row = 0; row < frameCount; row++) {
      if (middle(row) + reach(row) < lowest.threshold()) continue;
      candidates.push(row);
      lowest.offer(row, middle(row) - reach(row));
    }
    const threshold = lowest.ranked()[k - 1]?.score ?? Number.NEGATIVE_INFINITY;
    const best = gatherBest(k);
    for (const row of candidates) {
      if (middle(row) + reach(row) < threshold) continue;
      best.offer(row, dotWithRow(query, vectors, row * dimension, dimension));
    }
    return best.ranked();
  }
}
