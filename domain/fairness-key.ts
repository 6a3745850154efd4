import { sha256Hex } from './hashing.ts';

/** Bytes that Temporal takes. */
const longest = 64;

/** What a run's tasks are named by where queues share their turns out among runs. */
export function fairnessKey(runId: string): string {
  const isShort = runId.length <= longest && /^[\x20-\x7e]*$/.test(runId);
  return isShort ? runId : sha256Hex(runId);
}
