import { isCancellation, proxyActivities, TemporalFailure } from '@temporalio/workflow';
import type { IndexActivities } from '../activities/index-video.ts';
import type { ShardInput, VideoIndex } from '../domain/workflow-contract.ts';
import { failureOf } from './item-failure.ts';
import { retryPolicy } from './retry-policy.ts';

/**
 * Has each video of a shard indexed once. A video that cannot be indexed becomes the failure of
 * its items, before any of them pays for a call.
 */
export function indexAhead({ runId, queues, embedder }: ShardInput) {
  const indexes = new Map<string, Promise<VideoIndex>>();

  const start = (videoId: string): Promise<VideoIndex> | null => {
    if (queues.index === null || embedder === null) return null;
    const known = indexes.get(videoId);
    if (known !== undefined) return known;
    const { indexVideo } = proxyActivities<IndexActivities>({
      taskQueue: queues.index,
      // Hours of video on a CPU; a lost worker is noticed by its heartbeat long before.
      startToCloseTimeout: '24 hours',
      heartbeatTimeout: '15 seconds',
      retry: retryPolicy,
      summary: `index ${videoId}`,
    });
    const index = indexVideo({ runId, videoId, embedder }).then(
      (artifact): VideoIndex => ({ artifact, failure: null }),
      (error: unknown): VideoIndex => {
        if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
        return { artifact: null, failure: failureOf(error) };
      },
    );
    index.catch(() => undefined);
    indexes.set(videoId, index);
    return index;
  };
  return {
    /** Starts indexing without waiting for it. */
    ahead: (videoId: string): void => void start(videoId),
    /** The index of a video, or null for a strategy without one. */
    video: (videoId: string): Promise<VideoIndex> | null => start(videoId),
  };
}
