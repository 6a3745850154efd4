import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { EnvironmentError } from '../../domain/usage-error.ts';
import { createBatcher } from './batcher.ts';
import { EmbedderClosedError, type EmbeddingThreadDiedError } from './embedding-errors.ts';
import { type Inference, openInference } from './inference.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import { createPreparation, preprocessingIdOf, valuesPerPicture } from './picture-preparation.ts';
import { prepareBatch } from './prepare-batch.ts';

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
  /**
   * Embeds encoded pictures (JPEG, PNG or WebP). Calls share batches, so many small calls at once
   * are as fast as one large call.
   *
   * @param options.lane    `query` (default) goes before `index`
   * @param options.signal  ends the wait; its reason is thrown
   * @returns unit-length rows, row-major, shape [pictures, dimension], in the order given, and how
   *   many pictures had an axis that grew
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
  ): Promise<{ vectors: Float32Array; enlarged: number }>;
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
  readonly device: 'cpu';
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
  const folder = await readModelFolder(options.path);
  const inference = await loadModel(folder, options.path);
  const keeper = keepInference(
    inference,
    () => reloadModel(folder, options.path),
    (error) => batcher.failAll(error),
  );
  const prepare = createPreparation(folder.recipe);
  const decodedAtOnce = Math.min(8, Math.max(2, availableParallelism()));
  const batcher = createBatcher(
    {
      dimension: inference.dimension,
      firstRunMs: inference.firstRunMs,
      prepare: (pictures) =>
        prepareBatch(pictures, prepare, valuesPerPicture(folder.recipe), decodedAtOnce),
      run: async ({ pixels, pictures }) => (await keeper.current()).run(pixels, pictures.length),
    },
    queueCapacity,
  );
  let closing: Promise<void> | undefined;
  return {
    modelId: options.modelId,
    modelHash: folder.modelHash,
    preprocessingId: preprocessingIdOf(folder.recipe),
    dimension: inference.dimension,
    embed: async (pictures, { lane = 'query', signal } = {}) => {
      if (closing !== undefined) throw new EmbedderClosedError();
      await keeper.current();
      return batcher.embed(pictures, lane, signal);
    },
    close: () => (closing ??= batcher.close().then(keeper.close)),
  };
}

/** Holds the inference in use and reopens it, once for all callers, after its thread has died. */
function keepInference(
  first: Inference,
  reopen: () => Promise<Inference>,
  onDeath: (error: EmbeddingThreadDiedError) => void,
) {
  let current: Promise<Inference> | undefined;
  const forget = (): void => {
    current = undefined;
  };
  const keep = (inference: Inference): Inference => {
    void inference.died.then((error) => {
      forget();
      onDeath(error);
    });
    return inference;
  };
  current = Promise.resolve(keep(first));
  return {
    current: (): Promise<Inference> => {
      if (current === undefined) {
        current = reopen().then(keep);
        current.catch(forget);
      }
      return current;
    },
    close: async (): Promise<void> => {
      const open = await current?.catch(() => undefined);
      await open?.close();
    },
  };
}

async function loadModel(folder: ModelFolder, path: string): Promise<Inference> {
  const { width, height } = folder.recipe;
  const threads = Math.min(2, availableParallelism());
  try {
    return await openInference({ modelPath: folder.modelPath, width, height, threads });
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
async function reloadModel(folder: ModelFolder, path: string): Promise<Inference> {
  const { modelHash } = await readModelFolder(path);
  if (modelHash !== folder.modelHash) {
    throw new EnvironmentError(
      `the embedding model in ${path} changed while it was in use; start the worker again`,
    );
  }
  return loadModel(folder, path);
}
