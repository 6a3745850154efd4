import { isCancellation, proxyActivities, TemporalFailure } from '@temporalio/workflow';
import type { ExtractActivities } from '../activities/extract-frames.ts';
import type { IndexActivities } from '../activities/index-video.ts';
import type { EmbedderIdentity, RunQueues, VideoIndex } from '../domain/workflow-contract.ts';
import { failureOf } from './item-failure.ts';
import { retryPolicy } from './retry-policy.ts';

/** Whose videos are prepared, and who does the work. */
export type VideoOwner = {
  /** A run, or an index job. */
  readonly runId: string;
  readonly queues: Pick<RunQueues, 'index' | 'media'>;
  readonly embedder: EmbedderIdentity | null;
};

const patient = {
  // Hours of video on a CPU; a lost worker is noticed by its heartbeat long before.
  startToCloseTimeout: '24 hours',
  heartbeatTimeout: '15 seconds',
  retry: retryPolicy,
} as const;

/** Whether the frames of this owner's videos need any preparation. */
export function needsPreparing({ queues, embedder }: VideoOwner): boolean {
  return Boolean(queues.media) || (queues.index !== null && embedder !== null);
}

/**
 * Cuts a video's frames, where it comes as a video, and has them embedded, where the strategy
 * searches. A video that cannot be prepared is a result, not an exception.
 *
 * @returns null when it is ready and has no index
 */
export async function prepareVideo(owner: VideoOwner, videoId: string): Promise<VideoIndex | null> {
  try {
    return await extractAndIndex(owner, videoId);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
    return { artifact: null, failure: failureOf(error) };
  }
}

async function extractAndIndex(
  { runId, queues, embedder }: VideoOwner,
  videoId: string,
): Promise<VideoIndex | null> {
  if (queues.media) {
    const { extractFrames } = proxyActivities<ExtractActivities>({
      ...patient,
      taskQueue: queues.media,
      summary: `cut ${videoId}`,
    });
    await extractFrames({ runId, videoId });
  }
  if (queues.index === null || embedder === null) return null;
  const { indexVideo } = proxyActivities<IndexActivities>({
    ...patient,
    taskQueue: queues.index,
    summary: `index ${videoId}`,
  });
  return { artifact: await indexVideo({ runId, videoId, embedder }), failure: null };
}
