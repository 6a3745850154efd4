import { CancellationScope, condition, patched, proxyActivities } from '@temporalio/workflow';
import type { DriveActivities } from '../activities/drive.ts';
import { fitIntoPayload } from '../domain/payload-size.ts';
import type { ItemEnd } from '../domain/stores/run-store.ts';
import { retryPolicy } from './retry-policy.ts';

const { recordOutcomes } = proxyActivities<DriveActivities>({
  startToCloseTimeout: '2 minutes',
  // Handed out by a server that is killed in that moment, it reaches nobody.
  heartbeatTimeout: '15 seconds',
  retry: retryPolicy,
});

/** Ends recorded together at most. */
const batchSize = 50;

/** Records ended items in batches: a full batch at once, a smaller one 15 s after its first end. */
export function recordEnds(runId: string, drive: number) {
  const waiting: ItemEnd[] = [];
  let isClosing = false;

  // A cancelled shard still records what had ended.
  const work = CancellationScope.nonCancellable(async () => {
    for (;;) {
      await condition(() => isClosing || waiting.length > 0);
      if (waiting.length === 0) return;
      await condition(() => isClosing || waiting.length >= batchSize, '15 seconds');
      await recordOutcomes({ runId, drive, ends: waiting.splice(0, nextBatch(waiting)) });
    }
  });
  work.catch(() => undefined);

  return {
    add: (end: ItemEnd): void => void waiting.push(end),
    /** Records what still waits. */
    async close(): Promise<void> {
      isClosing = true;
      await work;
    },
  };
}

/** As many ends as one payload takes: long messages of many failures do not fit. */
function nextBatch(waiting: readonly ItemEnd[]): number {
  const batch = waiting.slice(0, batchSize);
  const fitting = fitIntoPayload(batch);
  // Asked of old histories only where it changes something: they recorded all of them.
  return fitting < batch.length && patched('ends-that-fit') ? fitting : batch.length;
}
