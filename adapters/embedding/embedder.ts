import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import type { EmbeddingDevice, EmbeddingDtype } from '../../domain/run-spec.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { createBatchBuffers } from './batching/batch-buffers.ts';
import type { PipelineStages } from './batching/batch-pipeline.ts';
import { createBatchSizes } from './batching/batch-sizes.ts';
import { createBatcher } from './batching/batcher.ts';
import { createEmbedderTexts } from './text/embedder-texts.ts';
import { EmbedderClosedError, EmbeddingThreadDiedError } from './embedding-errors.ts';
import type { Inference } from './runtime/inference.ts';
import { type InferenceKeeper, keepInference } from './runtime/inference-keeper.ts';
import {
  openTestedInference,
  pixelInput,
  type TestedInference,
} from './runtime/inference-pictures.ts';
import { createMetrics, type EmbedderMetrics, type MetricsRecorder } from './metrics.ts';
import { type ModelFolder, readModelFolder } from './model-folder/model-folder.ts';
import {
  createPreparation,
  preprocessingIdOf,
  valuesPerPicture,
} from './pictures/picture-preparation.ts';
import { prepareAtOnce } from './batching/prepare-at-once.ts';
import { joinBatches, prepareBatch } from './batching/prepare-batch.ts';
import type { SelfTestReport } from './self-test/self-test.ts';
import { openTextTower } from './text/text-tower.ts';

/** A loaded embedding model. */
export type Embedder = {
  /** As configured. */
  readonly modelId: string;
  /** sha256 of the model's weights, 64 hex digits. */
  readonly modelHash: string;
  /** How pictures are prepared, such as "squash-96x96-cubic-mean0.5-std0.5-pillow1". */
  readonly preprocessingId: string;
  /** Values per vector. */
  readonly dimension: number;
  /** Commit of the hub repository that the folder came from; null when it is not known. */
  readonly revision: string | null;
  /** Number format of the weights, such as "fp32". */
  readonly dtype: EmbeddingDtype;
  /** Where the model runs. */
  readonly device: EmbeddingDevice;
  /** What the test at the start found. */
  readonly selfTest: SelfTestReport;
  /** Counts since it was opened. */
  metrics(): EmbedderMetrics;
  /**
   * Embeds encoded pictures (JPEG, PNG or WebP). Calls share batches, so many small calls at once
   * are as fast as one large call.
   *
   * @param options.lane    `query` (default) goes before `index`
   * @param options.signal  ends the wait; its reason is thrown
   * @returns unit-length rows, row-major, shape [pictures, dimension], in the order given
   * @throws {BadPictureError} when a picture cannot be decoded; names its position
   * @throws {BadVectorError} when the model gives NaN for a picture
   * @throws {InferenceFailedError} when the runtime refuses the batch
   * @throws {EmbeddingThreadDiedError} when the thread ended; the next call starts it anew
   * @throws {EmbeddingQueueFullError} when 2,048 pictures wait already
   * @throws {EmbedderClosedError} after `close`
   */
  embed(
    pictures: readonly Uint8Array[],
    options?: { readonly lane?: 'query' | 'index'; readonly signal?: AbortSignal },
  ): Promise<{ vectors: Float32Array }>;
  /**
   * Embeds texts into the same space. The first call loads the text tower, in a thread of its own.
   *
   * @param options.signal  ends the wait; its reason is thrown
   * @returns unit-length rows, row-major, shape [texts, dimension], in the order given, and which
   *   texts were longer than the model reads and were cut
   * @throws {EnvironmentError} when the folder has no usable text tower
   * @throws {EmbedderClosedError} after `close`
   */
  embedTexts(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<{ vectors: Float32Array; truncated: readonly boolean[] }>;
  /**
   * Stops taking pictures, waits for the batch the model has, releases it and ends the thread. Call
   * it before the process ends: ending a process during a run aborts it.
   */
  close(): Promise<void>;
};

/** Where a model lies and where it runs. */
export type EmbedderOptions = {
  /** Shown to people and recorded; the weights are told apart by their hash. */
  readonly modelId: string;
  /** Folder with config.json, preprocessor_config.json and onnx/vision_model.onnx. */
  readonly path: string;
  readonly device: EmbeddingDevice;
  /** @default 'fp32' */
  readonly dtype?: EmbeddingDtype;
  /**
   * Keeps the self-test's reference where the model folder cannot be written; null = then it is made
   * at every start.
   *
   * @default null
   */
  readonly cacheFolder?: string | null;
};

const queueCapacity = 2048;
/** Pictures decoded at the same time, each of which takes megabytes meanwhile; at least one per thread of libuv's pool. */
const decodedAtOnceRange = { least: 4, most: 32 };

/**
 * Loads a vision model into threads of its own and tests it: a fixed picture must give the vector
 * that its 32-bit float weights gave on the CPU, and the device must have run it.
 *
 * Pictures are decoded on the caller's thread pool, UV_THREADPOOL_SIZE threads (4 unless set).
 *
 * @throws {EnvironmentError} when a file of the model or the device is missing or unusable, or the
 *   test fails; says what to do
 */
export async function openEmbedder(options: EmbedderOptions): Promise<Embedder> {
  // One thread per picture decodes more pictures a second than many threads on one picture.
  sharp.concurrency(1);
  sharp.cache(false);
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  const { modelId, path, device, dtype = 'fp32' } = options;
  const folder = await readModelFolder(path, { dtype });
  const tested = await openTested(folder, options);
  const { dimension } = tested.inference;
  const keeper = keepInference(
    tested.inference,
    () => reopen(folder, options),
    (error) => batcher.failAll(error),
  );
  const metrics = createMetrics();
  const batcher = createBatcher(stagesOf(folder, tested, keeper, metrics), queueCapacity);
  const texts = createEmbedderTexts(() => openTextTower({ path, device, dtype }), dimension);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all([batcher.close(), texts.close()]);
    await keeper.close();
  };
  return {
    modelId,
    modelHash: folder.modelHash,
    preprocessingId: preprocessingIdOf(folder.recipe),
    dimension,
    revision: folder.revision,
    dtype,
    device,
    selfTest: tested.selfTest,
    metrics: metrics.snapshot,
    embed: async (pictures, { lane = 'query', signal } = {}) => {
      if (closing !== undefined) throw new EmbedderClosedError();
      await keeper.current();
      return batcher.embed(pictures, lane, signal);
    },
    embedTexts: async (wanted, { signal } = {}) => {
      if (closing !== undefined) throw new EmbedderClosedError();
      return texts.embed(wanted, signal);
    },
    close: () => (closing ??= close()),
  };
}

/** What the batches of one model go through. */
function stagesOf(
  folder: ModelFolder,
  { inference, selfTest, batches: kind, largestBatch }: TestedInference,
  keeper: InferenceKeeper,
  metrics: MetricsRecorder,
): Omit<PipelineStages, 'take' | 'putBack'> {
  const sizes = createBatchSizes(largestBatch, inference.firstRunMs, kind);
  const { least, most } = decodedAtOnceRange;
  const decodedAtOnce = Math.min(most, Math.max(least, availableParallelism()));
  const picturesAhead = 2 * Math.max(decodedAtOnce, largestBatch * inference.atOnce);
  const buffers = createBatchBuffers(kind.isPadded ? 3 : picturesAhead);
  const resizing = selfTest.device === 'cpu' ? 'caller' : 'threads';
  const preparing = {
    prepare: prepareAtOnce(createPreparation(folder.recipe, resizing), decodedAtOnce),
    valuesPerPicture: valuesPerPicture(folder.recipe),
    rowsFor: sizes.rowsFor,
    buffers,
  };
  return {
    dimension: inference.dimension,
    sizes,
    atOnce: inference.atOnce,
    picturesAhead,
    metrics,
    prepare: (pictures) => prepareBatch(pictures, preparing),
    join: (batches) => joinBatches(batches, preparing),
    run: async ({ pixels, rows }) => {
      const model = await keeper.current();
      const result = await model.run([pixelInput(folder, pixels, rows)], kind.rowsAtOnce);
      for (const buffer of result.returned) buffers.give(buffer);
      return result;
    },
  };
}

function openTested(folder: ModelFolder, options: EmbedderOptions): Promise<TestedInference> {
  const { path, device, cacheFolder = null } = options;
  return openTestedInference(folder, { path, device, cacheFolder });
}

/** Vectors of other weights must not follow under the same hash, so a changed file is refused. */
async function reopen(folder: ModelFolder, options: EmbedderOptions): Promise<Inference> {
  const { path } = options;
  const { modelHash } = await readModelFolder(path, { dtype: folder.dtype });
  if (modelHash !== folder.modelHash) {
    throw new EnvironmentError(
      `the embedding model in ${path} changed while it was in use; start the worker again`,
    );
  }
  try {
    return (await openTested(folder, options)).inference;
  } catch (error) {
    // It had the picture of the test then, and nobody's else.
    if (error instanceof EmbeddingThreadDiedError) throw new EmbeddingThreadDiedError(error.cause);
    throw error;
  }
}
