import { crashPoint } from '../domain/crash-points.ts';
import type { Item } from '../domain/item.ts';
import type { EmbeddingSpec, RunSpec } from '../domain/run-spec.ts';
import { queryText } from '../domain/prompts/query-text.ts';
import { differentModels, hasSameWeights, isPreparedAlike } from '../domain/calls/same-model.ts';
import { shownFrame } from '../domain/frames/shown-frame.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { GenerateResult, PlanResult, RetrieveResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { StepRecord } from '../domain/stores/step-store.ts';
import type { EmbedderIdentity, ItemRef } from '../domain/workflow-contract.ts';
import type { Embedder } from './embedder.ts';
import { referenceFrame } from './generate.ts';
import type { Quarantine } from './quarantine.ts';
import { inOrder, type OpenIndex, rankVideos, type SearchedVideo } from './rank-videos.ts';
import { resultOf, type RecordStep } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';

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
    async embedAndRetrieve(ref: SearchedItem): Promise<{ frames: number }> {
      const { chosen } = await recordStep<RetrieveResult>(ref, 'embed-retrieve', 0, (step) =>
        retrieve(dependencies, ref, step.records),
      );
      return { frames: chosen.length };
    },
  };
}
export type EmbedRetrieveActivities = ReturnType<typeof createEmbedRetrieveActivities>;

type SearchedItem = ItemRef & {
  readonly index: string;
  /** Indexes of the item's other videos, in order. @default it has none */
  readonly more?: readonly string[];
  readonly modelHash: string;
};

async function retrieve(
  dependencies: EmbedRetrieveDependencies,
  ref: SearchedItem,
  records: readonly StepRecord[],
): Promise<{ result: RetrieveResult; usable: true }> {
  const { reader } = dependencies;
  const spec = await reader.spec(ref.runId);
  const item = await reader.item(ref.runId, ref.itemId);
  const embedder = await sameModel(dependencies, spec, ref.modelHash);
  const { vectors, text } = await embedQuery(dependencies, { ref, spec, item, records, embedder });
  const videos = await openVideos(dependencies, { ref, spec, item, embedder });
  const found = rankVideos(vectors, videos, spec.strategy);
  return {
    result: {
      retrieved: found.flat().map(({ frame, score, rank: place, query }) => ({
        video_id: frame.videoId,
        frame_id: frame.frameId,
        time_s: frame.timeSeconds,
        score,
        rank: place,
        query,
      })),
      chosen: found.flatMap((ofVideo) =>
        inOrder(
          ofVideo.map(({ frame }) => frame),
          spec.strategy.frameOrder,
        ).map(shownFrame),
      ),
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

function openVideos(
  dependencies: EmbedRetrieveDependencies,
  { ref, spec, item, embedder }: Pick<Query, 'spec' | 'item' | 'embedder'> & { ref: SearchedItem },
): Promise<SearchedVideo[]> {
  const artifacts = [ref.index, ...(ref.more ?? [])];
  return Promise.all(
    item.videoIds.map(async (videoId, video) => {
      const request = { index: artifacts[video]!, runId: ref.runId };
      const index = await usableIndex(dependencies, request, videoId, embedder);
      return { index, frames: await dependencies.frames.list(spec, videoId) };
    }),
  );
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
      planned.map(async (picture) =>
        frames.read(spec, await referenceFrame(frames, spec, item, picture)),
      ),
    );
  }
  return Promise.all(
    planned.map((_, part) =>
      blobs.get(resultOf<GenerateResult>(records, 'generate', part).artifact),
    ),
  );
}
