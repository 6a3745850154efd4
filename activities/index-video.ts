import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { crashPoint } from '../domain/crash-points.ts';
import { canonicalJson, sha256Hex } from '../domain/hashing.ts';
import { inChunks } from '../domain/in-chunks.ts';
import type { Frame } from '../domain/item.ts';
import type { EmbeddingSpec, FrameSource } from '../domain/run-spec.ts';
import {
  differentModels,
  hasSameWeights,
  importedPreprocessing,
} from '../domain/calls/same-model.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { IndexKey, IndexStore } from '../domain/stores/index-store.ts';
import type { MediaStore } from '../domain/stores/media-store.ts';
import type { EmbedderIdentity } from '../domain/workflow-contract.ts';
import { checkImported, type ImportedEmbeddings, requireUsable } from './check-imported.ts';
import type { Embedder } from './embedder.ts';
import { endingSomeTime } from './ending-some-time.ts';
import type { Quarantine } from './quarantine.ts';
import type { FrameReader, SourceReader } from './run-reader.ts';

export type IndexDependencies = {
  readonly sources: SourceReader;
  readonly frames: FrameReader;
  readonly blobs: BlobStore;
  readonly guarded: Quarantine;
  readonly indexes: IndexStore;
  readonly media: MediaStore;
  readonly embedder: (embedding: EmbeddingSpec) => Promise<Embedder>;
  /** Null when the run has no file for this video. */
  readonly importedEmbeddings: (
    source: FrameSource,
    videoId: string,
  ) => Promise<ImportedEmbeddings | null>;
  readonly writeFrameIndex: (
    index: EmbedderIdentity & {
      readonly frameNames: readonly string[];
      /** Seconds into the video; null where unknown. */
      readonly frameTimes: readonly (number | null)[];
      readonly vectors: Float32Array;
      readonly videoFingerprint: string;
    },
  ) => Uint8Array;
};

/** Frames embedded between two heartbeats, and stored together. */
const chunkSize = 64;

export function createIndexActivities(dependencies: IndexDependencies) {
  const { sources } = dependencies;
  return {
    /**
     * Tells which model the embedding workers hold. A run with imported embeddings has three
     * frames embedded again: below 0.99 cosine it does not start.
     */
    async checkEmbedder({ runId }: { readonly runId: string }): Promise<EmbedderIdentity> {
      const embedder = await endingSomeTime(async () => {
        const source = await sources.source(runId);
        const loaded = await dependencies.embedder(source.models.embedding!);
        await checkImported(dependencies, source, loaded);
        return loaded;
      });
      return identityOf(embedder);
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
  /** A run, or an index job. */
  readonly runId: string;
  readonly videoId: string;
  readonly embedder: EmbedderIdentity;
};

function identityOf(embedder: EmbedderIdentity): EmbedderIdentity {
  const { modelId, revision, dtype, modelHash, preprocessingId, dimension } = embedder;
  const optional = { ...(revision && { revision }), ...(dtype && { dtype }) };
  return { modelId, ...optional, modelHash, preprocessingId, dimension };
}

async function indexFrames(
  dependencies: IndexDependencies,
  { runId, videoId, embedder: expected }: IndexRequest,
): Promise<string> {
  const { sources, blobs, indexes, media } = dependencies;
  const source = await sources.source(runId);
  const all = await dependencies.frames.list(source, videoId);
  const imported = await dependencies.importedEmbeddings(source, videoId);
  if (imported !== null) requireUsable(imported, expected, videoId);
  const model = imported === null ? await modelOf(dependencies, source, expected) : null;
  const maker = identityOf(model ?? { ...expected, preprocessingId: importedPreprocessing });
  const hashes =
    imported === null ? await hashFrames(dependencies, source, all) : [imported.fileHash];
  const key: IndexKey = {
    datasetId: source.dataset.datasetId,
    videoId,
    modelHash: maker.modelHash,
    preprocessingId: maker.preprocessingId,
    framesFingerprint: sha256Hex(canonicalJson([all.map((frame) => frame.name), hashes])),
  };
  const own = async (artifact: string): Promise<string> => {
    crashPoint('index-noted', videoId);
    await media.setIndex(runId, videoId, artifact);
    return artifact;
  };
  const known = await indexes.findIndex(key);
  if (known !== null && (await blobs.has(known))) return own(known);
  const content = imported ?? {
    frameNames: all.map((frame) => frame.name),
    vectors: await embedFrames(dependencies, { runId, source, all, hashes, model: model! }),
  };
  const timeOf = new Map(all.map((frame) => [frame.name, frame.timeSeconds]));
  const bytes = dependencies.writeFrameIndex({
    ...maker,
    frameNames: content.frameNames,
    frameTimes: content.frameNames.map((name) => timeOf.get(name) ?? null),
    vectors: content.vectors,
    videoFingerprint: key.framesFingerprint,
  });
  const stored = await blobs.put(bytes);
  crashPoint('index-stored', videoId);
  return own(await indexes.putIndex(key, stored));
}

/**
 * This worker's model. It must have the drive's weights; pictures are prepared as this worker does,
 * which after an upgrade in the middle of a drive may be another way.
 */
async function modelOf(
  { embedder }: IndexDependencies,
  source: FrameSource,
  expected: EmbedderIdentity,
): Promise<Embedder> {
  const model = await embedder(source.models.embedding!);
  if (!hasSameWeights(expected, model)) throw differentModels(expected, model);
  return model;
}

async function hashFrames(
  { frames }: IndexDependencies,
  source: FrameSource,
  all: readonly Frame[],
): Promise<string[]> {
  const hashes: string[] = [];
  for (const frame of all) {
    const bytes = await frames.read(source, frame);
    hashes.push(createHash('sha256').update(bytes).digest('hex'));
  }
  return hashes;
}

/**
 * Embeds chunk by chunk; a chunk that is already stored is read back instead. The next chunk is
 * handed to the model before the one before it is stored, so that the model never waits.
 */
async function embedFrames(
  dependencies: IndexDependencies,
  { hashes, ...about }: Omit<ChunkRequest, 'chunkKey'> & { readonly hashes: readonly string[] },
): Promise<Float32Array> {
  const { all, model } = about;
  const vectors = new Float32Array(all.length * model.dimension);
  const chunks = [...inChunks(all.length, chunkSize)];
  const start = ([from, to]: readonly [number, number]) => {
    const chunkKey = sha256Hex(
      canonicalJson([model.modelHash, model.preprocessingId, hashes.slice(from, to)]),
    );
    const chunk = embedChunk(dependencies, { ...about, chunkKey, all: all.slice(from, to) });
    // Awaited a chunk later: until then a failure is nobody's.
    chunk.catch(() => undefined);
    return chunk;
  };
  let next = chunks[0] && start(chunks[0]);
  for (const [position, [from, to]] of chunks.entries()) {
    const chunk = await next!;
    const following = chunks[position + 1];
    next = following && start(following);
    vectors.set(chunk.vectors, from * model.dimension);
    await chunk.store();
    Context.current().heartbeat(to);
  }
  return vectors;
}

type ChunkRequest = {
  readonly runId: string;
  readonly source: FrameSource;
  readonly model: Embedder;
  readonly chunkKey: string;
  readonly all: readonly Frame[];
};

type Chunk = { readonly vectors: Float32Array; readonly store: () => Promise<unknown> };

async function embedChunk(
  { frames, blobs, indexes, guarded }: IndexDependencies,
  { runId, source, model, chunkKey, all }: ChunkRequest,
): Promise<Chunk> {
  const stored = await indexes.findChunk(chunkKey);
  if (stored !== null && (await blobs.has(stored))) {
    const bytes = (await blobs.get(stored)).slice();
    return { vectors: new Float32Array(bytes.buffer), store: async () => undefined };
  }
  const pictures = await Promise.all(all.map((frame) => frames.read(source, frame)));
  const videoId = all[0]?.videoId ?? '';
  const key = { ownerId: runId, kind: 'index', subject: `${videoId}/${chunkKey}` } as const;
  const { vectors } = await guarded(key, `video ${videoId}`, async () => {
    crashPoint('chunk-embedding', videoId);
    const signal = Context.current().cancellationSignal;
    return model.embed(pictures, { lane: 'index', signal });
  });
  const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
  return {
    vectors,
    store: async () => {
      const artifact = await blobs.put(bytes);
      crashPoint('chunk-stored');
      await indexes.putChunk(chunkKey, artifact);
      crashPoint('chunk-noted');
    },
  };
}
