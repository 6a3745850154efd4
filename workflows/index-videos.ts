import {
  CancellationScope,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { IndexJobActivities } from '../activities/index-job.ts';
import type {
  EmbedderIdentity,
  IndexVideosInput,
  IndexVideosResult,
} from '../domain/workflow-contract.ts';
import { checkEmbedder } from './check-embedder.ts';
import { prepareVideo } from './prepare-video.ts';
import { retryPolicy } from './retry-policy.ts';

const { loadVideos, noteVideo, closeIndexJob } = proxyActivities<IndexJobActivities>({
  // Short transactions on the database; a minute covers a busy disk.
  startToCloseTimeout: '1 minute',
  // Handed out by a server that is killed in that moment, it reaches nobody.
  heartbeatTimeout: '15 seconds',
  retry: retryPolicy,
});

/** Videos at work at once: one is cut while others are embedded. */
const videosAtOnce = 4;

/**
 * Cuts and indexes videos without a run, page by page; each page goes on in a new execution, so
 * that no history grows with the number of videos. A video that fails is noted and left out.
 */
export async function indexVideos(input: IndexVideosInput): Promise<IndexVideosResult> {
  const { jobId, queues, from } = input;
  const counts = { done: input.done, failed: input.failed };
  let next: number | null = null;
  try {
    const embedder = await checkEmbedder(jobId, queues.index);
    const page = await loadVideos({ jobId, from });
    await workOff(input, embedder, page.videoIds, counts);
    next = page.next;
  } finally {
    if (next === null) await CancellationScope.nonCancellable(() => closeIndexJob({ jobId }));
  }
  if (next === null) return counts;
  return continueAsNew<typeof indexVideos>({ ...input, ...counts, from: next });
}

/** Keeps a few videos at work until a page is done. */
async function workOff(
  { jobId, queues }: IndexVideosInput,
  embedder: EmbedderIdentity,
  videoIds: readonly string[],
  counts: { done: number; failed: number },
): Promise<void> {
  const waiting = videoIds.values();
  const work = async (): Promise<void> => {
    for (const videoId of waiting) {
      const index = await prepareVideo({ runId: jobId, queues, embedder }, videoId);
      const failure = index?.failure?.message ?? null;
      await noteVideo({ jobId, videoId, failure });
      if (failure === null) counts.done += 1;
      else counts.failed += 1;
      setCurrentDetails(`${counts.done} videos indexed, ${counts.failed} failed.`);
    }
  };
  await Promise.all(Array.from({ length: videosAtOnce }, work));
}
