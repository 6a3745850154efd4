import type { ScoredFrame } from './similarity.ts';

/** A frame chosen for the answer, with the place it was first found at. */
export type SelectedFrame = ScoredFrame & {
  /** Place in the ranking that chose it, from 1. */
  readonly rank: number;
  /** Which ranking chose it: its position among the queries, from 0. */
  readonly query: number;
};

/**
 * Joins the rankings of several queries on one video into the frames to show.
 *
 * Frames are taken round-robin: rank 1 of each query in turn, then rank 2, and so on; a frame
 * that was taken before is skipped, so each entry keeps its best place (lowest rank, then earliest
 * query). The result is in that order; sort by index or time to show it.
 *
 * @param rankings      one list per query, best first, each frame at most once. With
 *                      `answerFrames` set each must hold at least min(answerFrames, frameCount)
 *                      frames, or the choice would not be exact; with null pass each query's top k
 * @param answerFrames  exactly min(answerFrames, frameCount) frames come back (none if there is no
 *                      query); null keeps the union of all rankings
 * @param frameCount    frames of the video
 * @throws {RangeError} when a ranking is too short, repeats a frame or names one the video lacks
 */
export function selectFrames(
  rankings: readonly (readonly ScoredFrame[])[],
  answerFrames: number | null,
  frameCount: number,
): SelectedFrame[] {
  if (answerFrames !== null && (!Number.isInteger(answerFrames) || answerFrames < 1)) {
    throw new RangeError(
      `answerFrames must be a whole number of at least 1 or null, not ${answerFrames}`,
    );
  }
  const wanted = Math.min(answerFrames ?? frameCount, frameCount);
  const shortest = answerFrames === null ? 0 : wanted;
  rankings.forEach((ranking, query) => checkRanking(ranking, query, shortest, frameCount));

  const selected = new Map<number, SelectedFrame>();
  const ranks = Math.max(0, ...rankings.map((ranking) => ranking.length));
  for (let rank = 1; rank <= ranks; rank++) {
    for (const [query, ranking] of rankings.entries()) {
      if (selected.size === wanted) return [...selected.values()];
      const frame = ranking[rank - 1];
      if (frame === undefined || selected.has(frame.index)) continue;
      selected.set(frame.index, { index: frame.index, score: frame.score, rank, query });
    }
  }
  return [...selected.values()];
}

function checkRanking(
  ranking: readonly ScoredFrame[],
  query: number,
  shortest: number,
  frameCount: number,
): void {
  if (ranking.length < shortest) {
    throw new RangeError(
      `the ranking of query ${query} holds ${ranking.length} frames, ${shortest} are needed`,
    );
  }
  const seen = new Set<number>();
  for (const { index } of ranking) {
    if (!Number.isInteger(index) || index < 0 || index >= frameCount) {
      throw new RangeError(
        `query ${query} ranks frame ${index}, the video has ${frameCount} frames`,
      );
    }
    if (seen.has(index)) throw new RangeError(`query ${query} ranks frame ${index} twice`);
    seen.add(index);
  }
}
