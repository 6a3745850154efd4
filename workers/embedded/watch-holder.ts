import { setTimeout as delay } from 'node:timers/promises';
import { readHolder, type HolderRecord } from './holder-record.ts';
import { isRunning } from './process-identity.ts';

/**
 * Calls `onGone` once, when the holder a joiner relies on has ended, died or let go of its lock. It is
 * looked for every second, without keeping this process alive. Returns a function that ends the watch.
 */
export function watchHolder(
  lockFile: string,
  holder: HolderRecord,
  onGone: () => void,
): () => void {
  const watch = new AbortController();
  void waitUntilGone(lockFile, holder, watch.signal).then(() => {
    if (!watch.signal.aborted) onGone();
  });
  return () => watch.abort();
}

async function waitUntilGone(
  lockFile: string,
  holder: HolderRecord,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && (await isStillHolding(lockFile, holder))) {
    await delay(1000, undefined, { ref: false, signal }).catch(() => undefined);
  }
}

/** Whether the holder runs and has its lock; true when nobody can look at the moment. */
export async function isStillHolding(lockFile: string, holder: HolderRecord): Promise<boolean> {
  try {
    return (await isRunning(holder)) && (await readHolder(lockFile))?.nonce === holder.nonce;
  } catch {
    return true; // out of file descriptors, say: no sign that the holder is gone
  }
}
