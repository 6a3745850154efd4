import type { Frame, Item } from '../domain/item.ts';
import type { EmbeddingSpec, RunSpec, StrategySpec } from '../domain/run-spec.ts';
import { selectFrames, type SelectedFrame } from '../domain/ranking.ts';
import { topK } from '../domain/similarity.ts';
import { shownFrame } from '../domain/shown-frame.ts';
import { StepError } from '../domain/step-error.ts';
import type { GenerateResult, PlanResult, RetrieveResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { StepRecord } from '../domain/stores/step-store.ts';
import type { ItemRef } from '../domain/workflow-contract.ts';
import type { Embedder } from './embedder.ts';
import { referenceFrame } from './generate.ts';
import { resultOf, type RecordStep } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';

/** The embeddings of one video's frames, as an index holds them. */
export type FrameVectors = {
  readonly modelId: string;
  readonly modelHash: string;
  readonly dimension: number;
  readonly frameNames: readonly string[];
  /** Unit-length rows, row-major [frames, dimension]. */
  readonly vectors: Float32Array;
};

export type EmbedRetrieveDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly recordStep: RecordStep;
  readonly embedder: (embedding: EmbeddingSpec) => Promise<Embedder>;
  readonly readFrameIndex: (bytes: Uint8Array) => FrameVectors;
};

export function createEmbedRetrieveActivities(dependencies: EmbedRetrieveDependencies) {
  const { recordStep } = dependencies;
  return {
    /**
     * Embeds the imagined pictures (or, for the control, the reference frames) and finds the
     * frames of the video most similar to them: top-k per picture, then the answer's places
     * filled by rank.
     */
    async embedAndRetrieve(
      ref: ItemRef & { readonly index: string; readonly modelHash: string },
    ): Promise<{ frames: number }> {
      const { chosen } = await recordStep<RetrieveResult>(ref, 'embed-retrieve', 0, (step) =>
        retrieve(dependencies, ref, step.records),
      );
      return { frames: chosen.length };
    },
  };
}
export type EmbedRetrieveActivities = ReturnType<typeof createEmbedRetrieveActivities>;

async function retrieve(
  dependencies: EmbedRetrieveDependencies,
  ref: ItemRef & { readonly index: string; readonly modelHash: string },
  records: readonly StepRecord[],
): Promise<{ result: RetrieveResult; usable: true }> {
  const { reader, frames, blobs, readFrameIndex } = dependencies;
  const spec = await reader.spec(ref.runId);
  const item = await reader.item(ref.runId, ref.itemId);
  const embedder = await sameModel(dependencies, spec, ref.modelHash);
  const pictures = await queryPictures(dependencies, spec, item, records);
  const { vectors } = await embedder.embed(pictures, { lane: 'query' });
  const index = readFrameIndex(await blobs.get(ref.index));
  const all = await frames.list(spec, item.videoIds[0]!);
  const found = rank(vectors, index, spec.strategy).map(({ index: row, ...place }) => ({
    ...place,
    frame: frameNamed(all, index, row),
  }));
  const chosen = found.map(({ frame }) => frame);
  return {
    result: {
      retrieved: found.map(({ frame, score, rank: place, query }) => ({
        video_id: frame.videoId,
        frame_id: frame.frameId,
        time_s: frame.timeSeconds,
        score,
        rank: place,
        query,
      })),
      chosen: inOrder(chosen, spec.strategy.frameOrder).map(shownFrame),
      modelHash: embedder.modelHash,
    },
    usable: true,
  };
}

/** Refuses to compare vectors of different weights. */
async function sameModel(
  { embedder }: EmbedRetrieveDependencies,
  spec: RunSpec,
  modelHash: string,
): Promise<Embedder> {
  const mine = await embedder(spec.models.embedding!);
  if (mine.modelHash === modelHash) return mine;
  throw new StepError(
    'embedding_failed',
    'fail',
    `This worker holds ${mine.modelId} with weights ${mine.modelHash.slice(0, 12)}, the run works ` +
      `with ${modelHash.slice(0, 12)}; start the worker with the run's model`,
  );
}

async function queryPictures(
  { blobs, frames }: EmbedRetrieveDependencies,
  spec: RunSpec,
  item: Item,
  records: readonly StepRecord[],
): Promise<Uint8Array[]> {
  const { planned } = resultOf<PlanResult>(records, 'plan', 0);
  if (spec.strategy.name === 'unedited-reference') {
    // As stored, as the frames of the index were embedded.
    return Promise.all(
      planned.map(async ({ used_frame_id }) =>
        frames.read(spec, await referenceFrame(frames, spec, item, used_frame_id)),
      ),
    );
  }
  return Promise.all(
    planned.map((_, part) =>
      blobs.get(resultOf<GenerateResult>(records, 'generate', part).artifact),
    ),
  );
}

/** Each picture's ranking, joined: exactly `answerFrames` frames, or the union of every top-k. */
function rank(queries: Float32Array, index: FrameVectors, strategy: StrategySpec): SelectedFrame[] {
  const { dimension, vectors, frameNames } = index;
  const depth = Math.max(strategy.topK, strategy.answerFrames ?? 0);
  const rankings = Array.from({ length: queries.length / dimension }, (_, query) =>
    topK(queries.subarray(query * dimension, (query + 1) * dimension), vectors, dimension, depth),
  );
  return selectFrames(rankings, strategy.answerFrames, frameNames.length);
}

function frameNamed(frames: readonly Frame[], index: FrameVectors, row: number): Frame {
  const name = index.frameNames[row];
  const frame = frames.find((candidate) => candidate.name === name);
  if (frame !== undefined) return frame;
  throw new StepError(
    'frames_missing',
    'fail',
    `Frame ${name} of the index is not in the video's folder`,
  );
}

/** `path` is the original script's order: names compared as strings. */
function inOrder(frames: readonly Frame[], order: StrategySpec['frameOrder']): Frame[] {
  return order === 'time'
    ? frames.toSorted((left, right) => left.frameId - right.frameId)
    : frames.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
