import { StepError } from '../domain/errors/step-error.ts';

/** Pauses between tries double from the first to the longest. */
const firstPauseMs = 500;
const longestPauseMs = 15_000;

/**
 * Stores a reply that is paid for. While the disk is full, or a store is out of order for a moment,
 * the reply stays in memory and is tried again: given up, it would be paid for twice. Heartbeats go
 * on meanwhile, so that nobody else takes the call up.
 *
 * @param ended  ends the tries; its reason is thrown
 * @throws {StepError} class `storage` where no try can help
 */
export async function storeReply(store: () => Promise<void>, ended: AbortSignal): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      await store();
      return;
    } catch (error) {
      if (!mayHeal(error)) throw error;
    }
    await pause(pauseMs, ended);
  }
}

function mayHeal(error: unknown): boolean {
  const isStorage = error instanceof StepError && error.failureClass === 'storage';
  return isStorage && (error.action === 'wait' || error.action === 'retry');
}

function pause(ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (ended.aborted) return reject(ended.reason as Error);
    const onEnded = () => {
      clearTimeout(timer);
      reject(ended.reason as Error);
    };
    const timer = setTimeout(() => {
      ended.removeEventListener('abort', onEnded);
      resolve();
    }, ms);
    ended.addEventListener('abort', onEnded, { once: true });
  });
}
