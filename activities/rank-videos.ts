import { splitFrameBudget } from '../domain/prompts/frame-budget.ts';
import type { Frame } from '../domain/item.ts';
import { selectFrames, type SelectedFrame } from '../domain/frames/ranking.ts';
import type { ScoredFrame } from '../domain/frames/similarity.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { StrategySpec } from '../domain/strategy-spec.ts';
import type { EmbedderIdentity } from '../domain/workflow-contract.ts';

/** The embeddings of one video's frames, open for searching. */
export type OpenIndex = EmbedderIdentity & {
  readonly frameNames: readonly string[];
  /**
   * The `k` frames most similar to each query, best first; `index` is a row of `frameNames`.
   *
   * @param queries  unit-length rows, row-major [queries, dimension]
   */
  search(queries: Float32Array, k: number): ScoredFrame[][];
};

/** A video to search: its index, and the frames that the index names. */
export type SearchedVideo = { readonly index: OpenIndex; readonly frames: readonly Frame[] };

/** A frame that was found, and how. */
export type FoundFrame = Omit<SelectedFrame, 'index'> & { readonly frame: Frame };

/**
 * The frames found in each video: each query's ranking, joined. Of all videos together exactly
 * `answerFrames`, or the union of every query's top-k. The number is split over the videos, because
 * the scores of one say nothing about those of another.
 */
export function rankVideos(
  queries: Float32Array,
  videos: readonly SearchedVideo[],
  { topK, answerFrames }: StrategySpec,
): FoundFrame[][] {
  const counts = videos.map(({ index }) => index.frameNames.length);
  const shares = splitFrameBudget(answerFrames ?? topK, counts);
  return videos.map(({ index, frames }, video) => {
    const share = shares[video]!;
    if (share === 0) return [];
    const depth = answerFrames === null ? share : Math.max(topK, share);
    const wanted = answerFrames === null ? null : share;
    const selected = selectFrames(index.search(queries, depth), wanted, counts[video]!);
    return selected.map(({ index: row, ...place }) => ({
      ...place,
      frame: frameNamed(frames, index, row),
    }));
  });
}

function frameNamed(frames: readonly Frame[], index: OpenIndex, row: number): Frame {
  const name = index.frameNames[row];
  const frame = frames.find((candidate) => candidate.name === name);
  if (frame !== undefined) return frame;
  throw new StepError(
    'frames_missing',
    'fail',
    `Frame ${name} of the index is not among the video's frames`,
  );
}

/** `path` is the original script's order: names compared as strings. */
export function inOrder(frames: readonly Frame[], order: StrategySpec['frameOrder']): Frame[] {
  return order === 'time'
    ? frames.toSorted((left, right) => left.frameId - right.frameId)
    : frames.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
