import { Worker } from 'node:worker_threads';
import { EmbeddingThreadDiedError, InferenceFailedError } from './embedding-errors.ts';
import type {
  InferenceReply,
  InferenceRequest,
  InferenceVectors,
  ModelSetup,
} from './inference-messages.ts';

/** A model loaded in its own thread. */
export type Inference = {
  /** Values per vector. */
  readonly dimension: number;
  /** How long the first run on one picture took. */
  readonly firstRunMs: number;
  /** Resolves if the thread ends although nobody closed it. */
  readonly died: Promise<EmbeddingThreadDiedError>;
  /**
   * Runs the model on prepared pictures, shape [pictures, 3, height, width]; their buffer is given
   * away. One run at a time.
   *
   * @throws {InferenceFailedError} when the runtime refuses
   * @throws {EmbeddingThreadDiedError} when the thread has ended
   */
  run(pixels: Float32Array, pictures: number): Promise<InferenceVectors>;
  /** Releases the model and ends the thread. Only while no run is in progress. */
  close(): Promise<void>;
};

type Waiting = { resolve(vectors: InferenceVectors): void; reject(error: Error): void };

/** Compiled code loads the compiled thread; from source, a bootstrap registers tsx first. */
const threadFile = import.meta.url.endsWith('.ts')
  ? './inference-thread-from-source.mjs'
  : './inference-thread.js';

/**
 * Starts the inference thread and loads a model into it.
 *
 * @throws {InferenceFailedError} when the model cannot be loaded
 */
export async function openInference(setup: ModelSetup): Promise<Inference> {
  const thread = startThread();
  try {
    const first = await thread.request({ kind: 'load', ...setup }, []);
    return {
      dimension: first.vectors.length,
      firstRunMs: first.elapsedMs,
      died: thread.died,
      run: (pixels, pictures) =>
        thread.request({ kind: 'run', pixels, pictures }, [pixels.buffer as ArrayBuffer]),
      close: thread.close,
    };
  } catch (error) {
    await thread.close();
    throw error;
  }
}

function startThread() {
  const worker = new Worker(new URL(threadFile, import.meta.url), { execArgv: [] });
  let waiting: Waiting | undefined;
  let closing = false;
  let death: EmbeddingThreadDiedError | undefined;
  let cause: unknown;
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('message', (reply: InferenceReply) => {
    if (reply.kind === 'failed') waiting?.reject(new InferenceFailedError(reply.message));
    else waiting?.resolve(reply);
    waiting = undefined;
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const died = exited.then(() => {
    // A thread that was asked to end has not died: this promise then never settles.
    if (closing) return new Promise<never>(() => {});
    death = new EmbeddingThreadDiedError(cause);
    waiting?.reject(death);
    return death;
  });
  return {
    died,
    request: (message: InferenceRequest, transfer: ArrayBuffer[]): Promise<InferenceVectors> =>
      new Promise((resolve, reject) => {
        if (death !== undefined) return reject(death);
        waiting = { resolve, reject };
        worker.postMessage(message, transfer);
      }),
    close: async (): Promise<void> => {
      closing = true;
      worker.postMessage({ kind: 'close' } satisfies InferenceRequest, []);
      await exited;
    },
  };
}
