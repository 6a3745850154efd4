import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { EnvironmentError } from '../../domain/usage-error.ts';
import { createBatcher } from './batcher.ts';
import { type EmbeddingDevice, threadsPerRun } from './device.ts';
import { createEmbedderTexts } from './embedder-texts.ts';
import { EmbedderClosedError } from './embedding-errors.ts';
import { type Inference, openInference } from './inference.ts';
import { keepInference } from './inference-keeper.ts';
import type { ModelInput } from './inference-messages.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import { createPreparation, preprocessingIdOf, valuesPerPicture } from './picture-preparation.ts';
import { prepareBatch } from './prepare-batch.ts';
import { openTextTower } from './text-tower.ts';

/** A loaded embedding model. */
export type Embedder = {
  /** As configured. */
  readonly modelId: string;
  /** sha256 of the model's weights, 64 hex digits. */
  readonly modelHash: string;
  /** How pictures are prepared, such as "siglip-96x96-cubic-mean0.5-std0.5-sharp1". */
  readonly preprocessingId: string;
  /** Values per vector. */
  readonly dimension: number;
  /** Commit of the hub repository that the folder came from; null when it is not known. */
  readonly revision: string | null;
  /** Number format of the weights, such as "fp32". */
  readonly dtype: string;
  /** Where the model runs. */
  readonly device: EmbeddingDevice;
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
};

const queueCapacity = 2048;

/**
 * Loads a SigLIP vision model into a thread of its own and runs it once to prove that it works.
 *
 * Pictures are decoded on the caller's thread pool, UV_THREADPOOL_SIZE threads (4 unless set).
 *
 * @throws {EnvironmentError} when a file of the model is missing or unusable; says what to do
 */
export async function openEmbedder(options: EmbedderOptions): Promise<Embedder> {
  // One thread per picture decodes more pictures a second than many threads on one picture.
  sharp.concurrency(1);
  sharp.cache(false);
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  const { modelId, path, device } = options;
  const folder = await readModelFolder(path);
  const inference = await loadModel(folder, options);
  const { dimension } = inference;
  const keeper = keepInference(
    inference,
    () => reloadModel(folder, options),
    (error) => batcher.failAll(error),
  );
  const prepare = createPreparation(folder.recipe);
  const decodedAtOnce = Math.min(8, Math.max(2, availableParallelism()));
  const batcher = createBatcher(
    {
      dimension,
      firstRunMs: inference.firstRunMs,
      prepare: (pictures) =>
        prepareBatch(pictures, prepare, valuesPerPicture(folder.recipe), decodedAtOnce),
      run: async ({ pixels, pictures }) =>
        (await keeper.current()).run([pixelInput(folder, pixels, pictures.length)]),
    },
    queueCapacity,
  );
  const dtype = 'fp32';
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
    revision: null,
    dtype,
    device,
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

/** Prepared pictures, shape [pictures, 3, height, width]. */
function pixelInput({ recipe }: ModelFolder, values: Float32Array, pictures: number): ModelInput {
  const dims = [pictures, 3, recipe.height, recipe.width];
  return { name: 'pixel_values', type: 'float32', values, dims };
}

async function loadModel(
  folder: ModelFolder,
  { path, device }: EmbedderOptions,
): Promise<Inference> {
  try {
    return await openInference({
      modelPath: folder.modelPath,
      device,
      threads: threadsPerRun(),
      // Exports of the vision tower alone, and of the whole model.
      outputNames: ['pooler_output', 'image_embeds'],
      warmUp: [pixelInput(folder, new Float32Array(valuesPerPicture(folder.recipe)), 1)],
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EnvironmentError(
      `the embedding model in ${path} cannot be loaded: ${reason}. Copy its files again, or choose ` +
        'another model',
      { cause: error },
    );
  }
}

/** Vectors of other weights must not follow under the same hash, so a changed file is refused. */
async function reloadModel(folder: ModelFolder, options: EmbedderOptions): Promise<Inference> {
  const { modelHash } = await readModelFolder(options.path);
  if (modelHash !== folder.modelHash) {
    throw new EnvironmentError(
      `the embedding model in ${options.path} changed while it was in use; start the worker again`,
    );
  }
  return loadModel(folder, options);
}
