import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { canonicalJson, sha256Hex } from '../domain/hashing.ts';
import { inChunks } from '../domain/in-chunks.ts';
import type { Frame } from '../domain/item.ts';
import type { EmbeddingSpec, RunSpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/step-error.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { IndexKey, IndexStore } from '../domain/stores/index-store.ts';
import type { EmbedderIdentity } from '../domain/workflow-contract.ts';
import { checkImported, type ImportedEmbeddings, requireDimension } from './check-imported.ts';
import type { Embedder } from './embedder.ts';
import { endOfTries } from './record-step.ts';
import type { FrameReader, RunReader } from './run-reader.ts';

export type IndexDependencies = {
  readonly reader: RunReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly indexes: IndexStore;
  readonly embedder: (embedding: EmbeddingSpec) => Promise<Embedder>;
  /** Null when the run has no file for this video. */
  readonly importedEmbeddings: (
    spec: RunSpec,
    videoId: string,
  ) => Promise<ImportedEmbeddings | null>;
  readonly writeFrameIndex: (index: {
    readonly modelId: string;
    readonly modelHash: string;
    readonly preprocessingId: string;
    readonly dimension: number;
    readonly frameNames: readonly string[];
    readonly vectors: Float32Array;
    readonly videoFingerprint: string;
  }) => Uint8Array;
  /** Videos of the run, in order, for checking imported embeddings. */
  readonly videosOf: (spec: RunSpec) => Promise<readonly string[]>;
};

/** Frames embedded between two heartbeats, and stored together. */
const chunkSize = 64;

export function createIndexActivities(dependencies: IndexDependencies) {
  const { reader } = dependencies;
  return {
    /**
     * Tells which model the embedding workers hold. A run with imported embeddings has three
     * frames embedded again: below 0.99 cosine it does not start.
     */
    async checkEmbedder({ runId }: { readonly runId: string }): Promise<EmbedderIdentity> {
      const embedder = await endingSomeTime(async () => {
        const spec = await reader.spec(runId);
        const loaded = await dependencies.embedder(spec.models.embedding!);
        await checkImported(dependencies, spec, loaded);
        return loaded;
      });
      const { modelId, modelHash, preprocessingId, dimension } = embedder;
      return { modelId, modelHash, preprocessingId, dimension };
    },

    /**
     * Embeds a video's frames once, in chunks that survive a lost worker, or takes over imported
     * embeddings, and returns the blob of the index. Doing it again is cheap.
     */
    indexVideo: (request: IndexRequest): Promise<string> =>
      endingSomeTime(() => indexFrames(dependencies, request)),
  };
}
export type IndexActivities = ReturnType<typeof createIndexActivities>;

type IndexRequest = {
  readonly runId: string;
  readonly videoId: string;
  readonly embedder: EmbedderIdentity;
};

/** What a retry could have mended and did not ends the activity: its items wait for it. */
async function endingSomeTime<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { attempt } = Context.current().info;
    throw error instanceof StepError ? endOfTries(error, attempt, attempt) : error;
  }
}

async function indexFrames(
  dependencies: IndexDependencies,
  { runId, videoId, embedder }: IndexRequest,
): Promise<string> {
  const { reader, blobs, indexes } = dependencies;
  const spec = await reader.spec(runId);
  const all = await dependencies.frames.list(spec, videoId);
  const imported = await dependencies.importedEmbeddings(spec, videoId);
  if (imported !== null) requireDimension(imported, embedder, videoId);
  const hashes =
    imported === null ? await hashFrames(dependencies, spec, all) : [imported.fileHash];
  const key: IndexKey = {
    datasetId: spec.dataset.datasetId,
    videoId,
    modelHash: embedder.modelHash,
    preprocessingId: imported === null ? embedder.preprocessingId : 'imported',
    framesFingerprint: sha256Hex(canonicalJson([all.map((frame) => frame.name), hashes])),
  };
  const known = await indexes.findIndex(key);
  if (known !== null && (await blobs.has(known))) return known;
  const content = imported ?? {
    frameNames: all.map((frame) => frame.name),
    ...(await embedFrames(dependencies, spec, all, hashes, embedder)),
  };
  const bytes = dependencies.writeFrameIndex({
    ...embedder,
    preprocessingId: key.preprocessingId,
    frameNames: content.frameNames,
    vectors: content.vectors,
    videoFingerprint: key.framesFingerprint,
  });
  return indexes.putIndex(key, await blobs.put(bytes));
}

async function hashFrames(
  { frames }: IndexDependencies,
  spec: RunSpec,
  all: readonly Frame[],
): Promise<string[]> {
  const hashes: string[] = [];
  for (const frame of all) {
    hashes.push(
      createHash('sha256')
        .update(await frames.read(spec, frame))
        .digest('hex'),
    );
  }
  return hashes;
}

/** Embeds chunk by chunk; a chunk that is already stored is read back instead. */
async function embedFrames(
  { frames, blobs, indexes, embedder }: IndexDependencies,
  spec: RunSpec,
  all: readonly Frame[],
  hashes: readonly string[],
  expected: EmbedderIdentity,
): Promise<{ vectors: Float32Array }> {
  const model = await embedder(spec.models.embedding!);
  if (model.modelHash !== expected.modelHash) throw otherModel(model, expected);
  const vectors = new Float32Array(all.length * model.dimension);
  for (const [from, to] of inChunks(all.length, chunkSize)) {
    const chunkKey = sha256Hex(
      canonicalJson([model.modelHash, model.preprocessingId, hashes.slice(from, to)]),
    );
    const stored = await indexes.findChunk(chunkKey);
    if (stored !== null && (await blobs.has(stored))) {
      const bytes = (await blobs.get(stored)).slice();
      vectors.set(new Float32Array(bytes.buffer), from * model.dimension);
    } else {
      const pictures = await Promise.all(
        all.slice(from, to).map((frame) => frames.read(spec, frame)),
      );
      const chunk = (await model.embed(pictures, { lane: 'index' })).vectors;
      vectors.set(chunk, from * model.dimension);
      const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      await indexes.putChunk(chunkKey, await blobs.put(bytes));
    }
    Context.current().heartbeat(to);
  }
  return { vectors };
}

function otherModel(mine: Embedder, expected: EmbedderIdentity): StepError {
  return new StepError(
    'embedding_failed',
    'fail',
    `This worker holds ${mine.modelId} (${mine.modelHash.slice(0, 12)}), the run works with ` +
      `${expected.modelId} (${expected.modelHash.slice(0, 12)}); start the worker with the run's model`,
  );
}
