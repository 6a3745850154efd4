import { SHARE_ENV, Worker } from 'node:worker_threads';
import { deviceErrorOf } from './device-errors.ts';
import { requireDevice } from './device-use.ts';
import { EmbeddingThreadDiedError, InferenceFailedError } from '../embedding-errors.ts';
import type {
  InferenceLoaded,
  InferenceReply,
  InferenceRequest,
  InferenceVectors,
  ModelInput,
  ModelSetup,
} from './inference-messages.ts';

/** A tower of a model (pictures or texts), loaded in threads of its own. */
export type Inference = Omit<InferenceLoaded, 'kind'> & {
  /** Runs that go on side by side; more wait. */
  readonly atOnce: number;
  /** Resolves if a thread ends although nobody closed it, just before the runs it had are rejected. */
  readonly died: Promise<EmbeddingThreadDiedError>;
  /**
   * Runs the model; the inputs' buffers are given away. Runs begin in the order of the calls.
   *
   * @param inputs      the first dimension of each is the number of rows
   * @param rowsAtOnce  splits the rows into several runs, which cost only one hand-over to the
   *   thread and back: a tenth of a millisecond, which shows beside runs of less than one
   * @default rowsAtOnce  all rows
   * @throws {InferenceFailedError} when the runtime refuses
   * @throws {EmbeddingThreadDiedError} when the thread has ended; says whether it ended in this run
   */
  run(inputs: readonly ModelInput[], rowsAtOnce?: number): Promise<InferenceVectors>;
  /** Releases the model and ends the thread, after the runs that were asked for before. */
  close(): Promise<void>;
};

type Answer = Exclude<InferenceReply, { kind: 'failed' }>;
type Waiting = { resolve(answer: Answer): void; reject(error: Error): void };

/** Compiled code loads the compiled thread; from source, a bootstrap registers tsx first. */
const threadFile = import.meta.url.endsWith('.ts')
  ? './inference-thread-from-source.mjs'
  : './inference-thread.js';

/**
 * Starts an inference thread, loads a tower into it and runs it once.
 *
 * @throws {EnvironmentError} when the device is missing, too small, or not what runs the model
 * @throws {InferenceFailedError} when the model cannot be loaded
 */
export async function openInference(setup: ModelSetup): Promise<Inference> {
  const thread = startThread();
  try {
    const loaded = await thread.request({ kind: 'load', ...setup }, []);
    if (loaded.kind !== 'loaded') throw new Error(`the thread answered ${loaded.kind} to load`);
    requireDevice(setup.device, loaded.deviceUse);
    return { ...loaded, atOnce: 1, died: thread.died, run: runIn(thread), close: thread.close };
  } catch (error) {
    await thread.close();
    throw (error instanceof Error && deviceErrorOf(setup.device, error)) || error;
  }
}

function runIn(thread: ReturnType<typeof startThread>): Inference['run'] {
  return async (inputs, rowsAtOnce = Infinity) => {
    const buffers = inputs.map(({ values }) => values.buffer as ArrayBuffer);
    const answer = await thread.request({ kind: 'run', inputs, rowsAtOnce }, buffers);
    if (answer.kind !== 'vectors') throw new Error(`the thread answered ${answer.kind} to run`);
    return answer;
  };
}

function startThread() {
  const worker = new Worker(new URL(threadFile, import.meta.url), {
    execArgv: [],
    env: SHARE_ENV,
  });
  const waiting: Waiting[] = [];
  let closing = false;
  let death: EmbeddingThreadDiedError | undefined;
  let cause: unknown;
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('message', (reply: InferenceReply) => {
    const first = waiting.shift();
    if (reply.kind === 'failed') first?.reject(new InferenceFailedError(reply.message));
    else first?.resolve(reply);
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const died = exited.then(() => {
    const fallout = (death = new EmbeddingThreadDiedError(cause));
    const [atWork, ...others] = waiting.splice(0);
    // Later, so that a caller that tries again meets nobody who does not know of the death yet.
    setImmediate(() => {
      atWork?.reject(new EmbeddingThreadDiedError(cause, true));
      for (const { reject } of others) reject(fallout);
    });
    // A thread that was asked to end has not died: this promise then never settles.
    return closing ? new Promise<never>(() => {}) : fallout;
  });
  return {
    died,
    request: (message: InferenceRequest, transfer: ArrayBuffer[]): Promise<Answer> =>
      new Promise((resolve, reject) => {
        if (death !== undefined) return reject(death);
        waiting.push({ resolve, reject });
        worker.postMessage(message, transfer);
      }),
    close: async (): Promise<void> => {
      closing = true;
      worker.postMessage({ kind: 'close' } satisfies InferenceRequest, []);
      await exited;
    },
  };
}
