import { type Inference, openInference } from './inference.ts';
import type { ModelSetup } from './inference-messages.ts';

/** How a tower is loaded: so many times, with so many threads in each run. */
export type Copies = { readonly copies: number; readonly threads: number };

/** Above this, copies would take more memory than they are worth. */
const largestCopiedBytes = 64 * 2 ** 20;

/**
 * The copies of a tower that fill the CPU. In a small model the threads of one run mostly wait for
 * each other at the end of every node, so each core gets a copy of its own and runs alone.
 *
 * @param modelBytes  of the weights, which every copy holds
 * @param cores       that may be used
 */
export function copiesFor(modelBytes: number, cores: number): Copies {
  return modelBytes <= largestCopiedBytes
    ? { copies: cores, threads: 1 }
    : { copies: 1, threads: cores };
}

/**
 * Opens the copies of a tower as one inference. A run goes to the copy with the least to do.
 *
 * @throws what `openInference` throws
 */
export async function openCopies(
  setup: Omit<ModelSetup, 'threads'>,
  { copies, threads }: Copies,
): Promise<Inference> {
  const asked = Array.from({ length: copies }, () => openInference({ ...setup, threads }));
  const opened = await Promise.allSettled(asked);
  const inferences = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = opened.find((one) => one.status === 'rejected');
  if (failed !== undefined) {
    await closeAll(inferences);
    throw failed.reason;
  }
  return inferences.length === 1 ? inferences[0]! : joined(inferences);
}

async function closeAll(inferences: readonly Inference[]): Promise<void> {
  await Promise.all(inferences.map((inference) => inference.close()));
}

/** When the thread of one copy dies, the whole has died. */
function joined(inferences: readonly Inference[]): Inference {
  const copies = inferences.map((inference) => ({ inference, runs: 0 }));
  let death: Error | undefined;
  const died = Promise.race(inferences.map((inference) => inference.died));
  void died.then((error) => (death = error));
  return {
    ...inferences[0]!,
    atOnce: inferences.length,
    died,
    run: async (inputs, rowsAtOnce) => {
      if (death !== undefined) throw death;
      const least = copies.reduce((one, other) => (other.runs < one.runs ? other : one));
      least.runs += 1;
      try {
        return await least.inference.run(inputs, rowsAtOnce);
      } finally {
        least.runs -= 1;
      }
    },
    close: () => closeAll(inferences),
  };
}
