import type { Client } from '@temporalio/client';
import { indexQueue, mediaQueue, orchestrationQueue } from '../domain/queues.ts';
import type { IndexJob, IndexJobStore } from '../domain/stores/index-job-store.ts';
import type { indexVideos } from '../workflows/index.ts';
import { workflowState } from './workflow-state.ts';

/** The queues that the work of an index job goes to. */
export function queuesOfJob({ source }: Pick<IndexJob, 'source'>): {
  index: string;
  media: string | null;
} {
  return {
    index: indexQueue(source.models.embedding?.model ?? ''),
    media: source.dataset.media.kind === 'videos' ? mediaQueue : null,
  };
}

/** Writes a job down and starts its workflow, or joins the one that runs. */
export async function startIndexJob(
  client: Client,
  jobs: IndexJobStore,
  job: IndexJob,
): Promise<void> {
  await jobs.open(job);
  await client.workflow.start<typeof indexVideos>('indexVideos', {
    workflowId: job.jobId,
    taskQueue: orchestrationQueue,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `index ${job.source.dataset.datasetId}`,
    args: [{ jobId: job.jobId, queues: queuesOfJob(job), from: 0, done: 0, failed: 0 }],
  });
}

/** Closes jobs whose workflow has ended or is unknown to the server, so that nobody waits for them. */
export async function closeEndedJobs(client: Client, jobs: IndexJobStore): Promise<void> {
  for (const { jobId } of await jobs.listOpen()) {
    if ((await workflowState(client, jobId)) !== 'running') await jobs.close(jobId);
  }
}
