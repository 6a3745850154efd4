import { crashPoint } from '../domain/crash-points.ts';
import type { Frame, Item } from '../domain/item.ts';
import type { EmbeddingSpec, RunSpec, StrategySpec } from '../domain/run-spec.ts';
import { selectFrames, type SelectedFrame } from '../domain/ranking.ts';
import { queryText } from '../domain/query-text.ts';
import { differentModels, hasSameWeights, isPreparedAlike } from '../domain/same-model.ts';
import type { ScoredFrame } from '../domain/similarity.ts';
import { shownFrame } from '../domain/shown-frame.ts';
import { StepError } from '../domain/step-error.ts';
import type { GenerateResult, PlanResult, RetrieveResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { StepRecord } from '../domain/stores/step-store.ts';
import type { EmbedderIdentity, ItemRef } from '../domain/workflow-contract.ts';
import type { Embedder } from './embedder.ts';
import { referenceFrame } from './generate.ts';
import type { Quarantine } from './quarantine.ts';
import { resultOf, type RecordStep } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';

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

export type EmbedRetrieveDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly recordStep: RecordStep;
  readonly guarded: Quarantine;
  readonly embedder: (embedding: EmbeddingSpec) => Promise<Embedder>;
  /** Opens the index that a blob holds. */
  readonly openIndex: (artifact: string) => Promise<OpenIndex>;
  /** Indexes a video with this worker's model; returns the blob. */
  readonly indexAgain: (request: {
    readonly runId: string;
    readonly videoId: string;
    readonly embedder: EmbedderIdentity;
  }) => Promise<string>;
};

export function createEmbedRetrieveActivities(dependencies: EmbedRetrieveDependencies) {
  const { recordStep } = dependencies;
  return {
    /**
     * Embeds the query (the imagined pictures, the reference frames for the control, or the
     * question) and finds the frames of the video most similar to it: top-k per query, then the
     * answer's places filled by rank.
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
  const { reader, frames } = dependencies;
  const spec = await reader.spec(ref.runId);
  const item = await reader.item(ref.runId, ref.itemId);
  const embedder = await sameModel(dependencies, spec, ref.modelHash);
  const { vectors, text } = await embedQuery(dependencies, { ref, spec, item, records, embedder });
  const index = await usableIndex(dependencies, ref, item.videoIds[0]!, embedder);
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
      ...(text === null ? {} : { textQuery: text }),
    },
    usable: true,
  };
}

type Query = {
  readonly ref: ItemRef;
  readonly spec: RunSpec;
  readonly item: Item;
  readonly records: readonly StepRecord[];
  readonly embedder: Embedder;
};

async function embedQuery(
  dependencies: EmbedRetrieveDependencies,
  { ref, spec, item, records, embedder }: Query,
): Promise<{ vectors: Float32Array; text: NonNullable<RetrieveResult['textQuery']> | null }> {
  const { textQuery } = spec.strategy;
  if (textQuery === undefined) {
    const pictures = await queryPictures(dependencies, spec, item, records);
    const key = {
      ownerId: ref.runId,
      kind: 'embed-retrieve',
      subject: `${ref.itemId}/${ref.sample}`,
    } as const;
    const { vectors } = await dependencies.guarded(key, `item ${ref.itemId}`, async () => {
      crashPoint('query-embedding', item.itemId);
      return embedder.embed(pictures, { lane: 'query' });
    });
    crashPoint('query-embedded', item.itemId);
    return { vectors, text: null };
  }
  const text = queryText(item, textQuery);
  const { vectors, truncated } = await embedder.embedTexts([text]);
  return { vectors, text: { text, truncated: truncated[0] === true } };
}

/**
 * The item's index. One of another preparation is left from before an upgrade, in the middle of
 * this drive: then the video is indexed anew.
 */
async function usableIndex(
  { openIndex, indexAgain }: EmbedRetrieveDependencies,
  { index: artifact, runId }: { readonly index: string; readonly runId: string },
  videoId: string,
  embedder: Embedder,
): Promise<OpenIndex> {
  const index = await openIndex(artifact);
  if (!hasSameWeights(index, embedder)) throw differentModels(index, embedder);
  if (isPreparedAlike(index, embedder)) return index;
  return openIndex(await indexAgain({ runId, videoId, embedder }));
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

/** Each query's ranking, joined: exactly `answerFrames` frames, or the union of every top-k. */
function rank(queries: Float32Array, index: OpenIndex, strategy: StrategySpec): SelectedFrame[] {
  const depth = Math.max(strategy.topK, strategy.answerFrames ?? 0);
  const rankings = index.search(queries, depth);
  return selectFrames(rankings, strategy.answerFrames, index.frameNames.length);
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
function inOrder(frames: readonly Frame[], order: StrategySpec['frameOrder']): Frame[] {
  return order === 'time'
    ? frames.toSorted((left, right) => left.frameId - right.frameId)
    : frames.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
