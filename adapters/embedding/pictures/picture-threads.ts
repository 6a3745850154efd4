import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { RgbPixels } from '../../kernels/resample.ts';
import type { PictureRecipe } from './picture-preparation.ts';

/** A decoded picture, and the room for its floats; both change hands. */
export type PictureRequest = {
  readonly pixels: RgbPixels;
  readonly values: Float32Array<ArrayBuffer>;
};
/** The floats of a picture, or why there are none. */
export type PictureReply = Pick<PictureRequest, 'values'> | { readonly message: string };

type Waiting = {
  readonly target: Float32Array;
  resolve(): void;
  reject(error: Error): void;
};
type Thread = { readonly worker: Worker; readonly waiting: Waiting[] };

/** Compiled code loads the compiled thread; from source, a bootstrap registers tsx first. */
const threadFile = import.meta.url.endsWith('.ts')
  ? './picture-thread-from-source.mjs'
  : './picture-thread.js';

/** The other cores decode. */
const mostThreads = Math.min(8, Math.max(1, Math.floor(availableParallelism() / 2)));
/** Long enough for the pause between two videos. */
const idleMs = 10_000;

/**
 * Resizes pictures and turns them into floats on threads, so that the caller's stays free. Threads
 * start when they are needed, end after 10 seconds without work, and keep no process alive that has
 * nothing to wait for.
 *
 * @returns a function that takes a decoded picture and writes its floats, shape [3, height, width];
 *   it rejects with an Error when the picture cannot be resized
 */
export function createPictureThreads(
  recipe: PictureRecipe,
): (pixels: RgbPixels, target: Float32Array) => Promise<void> {
  const threads = new Set<Thread>();
  // Fresh memory is slower than the work on it, so buffers come back with the replies.
  const spare: Float32Array<ArrayBuffer>[] = [];
  return (pixels, target) =>
    new Promise((resolve, reject) => {
      const thread = leastBusy(threads) ?? startThread(recipe, threads, spare);
      thread.waiting.push({ target, resolve, reject });
      thread.worker.ref();
      const values = spare.pop() ?? new Float32Array(target.length);
      // The decoder's own memory cannot be handed over, so the pixels are copied.
      thread.worker.postMessage({ pixels, values } satisfies PictureRequest, [values.buffer]);
    });
}

/** None when all have work and another may be started. */
function leastBusy(threads: ReadonlySet<Thread>): Thread | undefined {
  const best = [...threads].toSorted((a, b) => a.waiting.length - b.waiting.length)[0];
  return best?.waiting.length === 0 || threads.size === mostThreads ? best : undefined;
}

function startThread(
  recipe: PictureRecipe,
  threads: Set<Thread>,
  spare: Float32Array<ArrayBuffer>[],
): Thread {
  const worker = new Worker(new URL(threadFile, import.meta.url), {
    execArgv: [],
    workerData: recipe,
  });
  const waiting: Waiting[] = [];
  const thread = { worker, waiting };
  threads.add(thread);
  const idle = setTimeout(() => {
    if (waiting.length > 0) return;
    threads.delete(thread);
    if (threads.size === 0) spare.length = 0;
    void worker.terminate();
  }, idleMs).unref();
  const leave = (error: Error): void => {
    threads.delete(thread);
    clearTimeout(idle);
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('message', (reply: PictureReply) => {
    const first = waiting.shift();
    if ('values' in reply) {
      first?.target.set(reply.values);
      spare.push(reply.values);
      first?.resolve();
    } else first?.reject(new Error(reply.message));
    if (waiting.length > 0) return;
    worker.unref();
    idle.refresh();
  });
  worker.on('error', leave);
  worker.on('exit', () => leave(new Error('the thread that resizes pictures ended')));
  return thread;
}
