/** A frame and how well it matches a query. */
export type ScoredFrame = {
  /** Row of the frame in the video's embeddings, from 0. */
  readonly index: number;
  /** Cosine of the angle between query and frame, from -1 to 1. */
  readonly score: number;
};

/**
 * The frames most similar to a query, best first: exact, over every frame.
 *
 * Each row is summed in the same fixed order, so equal inputs give equal bits wherever they run.
 * Equal scores go to the lower index.
 *
 * @param query      unit-length embedding, shape [dimension]
 * @param frames     unit-length embeddings, row-major, shape [frameCount, dimension]
 * @param dimension  values per embedding, at least 1
 * @param k          frames to return, at least 1; fewer come back if the video is shorter
 * @throws {RangeError} when a shape does not fit, k is not a whole number, or a score is not finite
 */
export function topK(
  query: Float32Array,
  frames: Float32Array,
  dimension: number,
  k: number,
): ScoredFrame[] {
  const frameCount = countRows(frames, dimension);
  if (query.length !== dimension) {
    throw new RangeError(`the query has ${query.length} values, the frames have ${dimension}`);
  }
  const best = gatherBest(k);
  for (let index = 0; index < frameCount; index++) {
    const score = dotWithRow(query, frames, index * dimension, dimension);
    if (!Number.isFinite(score)) throw new RangeError(`frame ${index} scores ${score}`);
    best.offer(index, score);
  }
  return best.ranked();
}

/** The best of all frames offered so far. */
export type BestFrames = {
  /** Frames come in rising order of their index; the score is finite. */
  readonly offer: (index: number, score: number) => void;
  /** k frames offered so far reach this score: a frame below it will not be among the best. */
  readonly threshold: () => number;
  /** Up to k frames, best first; equal scores in the order of their index. */
  readonly ranked: () => ScoredFrame[];
};

/**
 * Keeps the k best of many frames.
 *
 * Candidates gather unsorted and are cut back to k now and then: few rows pass the threshold, and a
 * full ranking costs no more than one sort.
 *
 * @throws {RangeError} when k is not a whole number of at least 1
 */
export function gatherBest(k: number): BestFrames {
  if (!Number.isInteger(k) || k < 1) {
    throw new RangeError(`k must be a whole number of at least 1, not ${k}`);
  }
  const capacity = 2 * k + 64;
  let candidates: ScoredFrame[] = [];
  let threshold = Number.NEGATIVE_INFINITY;
  return {
    offer(index, score) {
      if (score <= threshold) return;
      candidates.push({ index, score });
      if (candidates.length < capacity) return;
      candidates = bestFirst(candidates, k);
      threshold = candidates[k - 1]?.score ?? threshold;
    },
    threshold: () => threshold,
    ranked: () => bestFirst(candidates, k),
  };
}

/**
 * Scales every row to length 1, in place.
 *
 * @param vectors    embeddings, row-major, shape [rows, dimension]
 * @param dimension  values per embedding, at least 1
 * @throws {RangeError} when the shape does not fit, or a row is all zero or holds NaN or infinity
 */
export function normalizeRows(vectors: Float32Array, dimension: number): void {
  const rows = countRows(vectors, dimension);
  for (let row = 0; row < rows; row++) {
    const start = row * dimension;
    const length = Math.sqrt(dotWithRow(vectors.subarray(start), vectors, start, dimension));
    if (!(length > 0 && length < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`row ${row} has no direction: its length is ${length}`);
    }
    for (let at = start; at < start + dimension; at++) vectors[at] = vectors[at]! / length;
  }
}

/**
 * The rows of a row-major matrix.
 *
 * @throws {RangeError} when the values are not a whole number of rows
 */
export function countRows(vectors: Float32Array, dimension: number): number {
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw new RangeError(`the dimension must be a whole number of at least 1, not ${dimension}`);
  }
  if (vectors.length % dimension !== 0) {
    throw new RangeError(`${vectors.length} values are not a whole number of rows of ${dimension}`);
  }
  return vectors.length / dimension;
}

function bestFirst(candidates: readonly ScoredFrame[], k: number): ScoredFrame[] {
  return candidates
    .toSorted((left, right) => right.score - left.score || left.index - right.index)
    .slice(0, k);
}

/**
 * The canonical score: the inner product of a query and the row that begins at `start`, in float64.
 *
 * Four running sums let the processor overlap additions; they are always joined in one order, so
 * the same values give the same bits whoever asks.
 */
export function dotWithRow(
  query: Float32Array,
  frames: Float32Array,
  start: number,
  dimension: number,
): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  const whole = dimension - (dimension % 4);
  for (let at = 0; at < whole; at += 4) {
    sum0 += query[at]! * frames[start + at]!;
    sum1 += query[at + 1]! * frames[start + at + 1]!;
    sum2 += query[at + 2]! * frames[start + at + 2]!;
    sum3 += query[at + 3]! * frames[start + at + 3]!;
  }
  for (let at = whole; at < dimension; at++) sum0 += query[at]! * frames[start + at]!;
  return sum0 + sum1 + (sum2 + sum3);
}
