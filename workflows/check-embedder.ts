import { proxyActivities } from '@temporalio/workflow';
import type { IndexActivities } from '../activities/index-video.ts';
import type { EmbedderIdentity } from '../domain/workflow-contract.ts';
import { retryPolicy } from './retry-policy.ts';

/** Asks the embedding workers which model they hold, and holds imported embeddings against it, before anything is paid. */
export function checkEmbedder(runId: string, indexQueue: string): Promise<EmbedderIdentity> {
  const indexing = proxyActivities<IndexActivities>({
    taskQueue: indexQueue,
    // Loading a large model from a cold disk takes minutes.
    startToCloseTimeout: '15 minutes',
    heartbeatTimeout: '15 seconds',
    retry: retryPolicy,
  });
  return indexing.checkEmbedder({ runId });
}
