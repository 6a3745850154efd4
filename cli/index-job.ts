import { queuesOfJob } from '../client/index-job.ts';
import { workflowFailure, workflowState } from '../client/workflow-state.ts';
import { canonicalJson, sha256Hex } from '../domain/hashing.ts';
import { runNameForIds } from '../domain/run-identity.ts';
import type { EmbeddingSpec } from '../domain/run-spec.ts';
import type { IndexJob } from '../domain/stores/index-job-store.ts';
import { EnvironmentError } from '../domain/errors/usage-error.ts';
import type { IndexedMedia } from './index-source.ts';
import { nameUnpolled } from './name-unpolled.ts';
import { printNote } from './output.ts';
import type { Session } from './session.ts';

/** What to index and with which model, as a job. The same content is the same job, so that it goes on. */
export async function describeJob(
  { stores }: Session,
  { media, videoIds }: IndexedMedia,
  embedding: EmbeddingSpec,
): Promise<IndexJob> {
  const videos = await stores.blobs.put(new TextEncoder().encode(JSON.stringify(videoIds)));
  const name = runNameForIds(media.folder.split(/[/\\]/).at(-1) ?? 'videos');
  const content = {
    dataset: { datasetId: name, media, embeddings: null, buildMissing: false },
    models: { embedding },
  };
  const jobId = `index/${name}-${sha256Hex(canonicalJson([content, videos])).slice(0, 8)}`;
  return { jobId, videos, source: { runId: jobId, ...content } };
}

/**
 * Prints how far a job is until it has ended or the signal aborts.
 *
 * @throws {EnvironmentError} when it could not start
 */
export async function watchJob(
  session: Session,
  job: IndexJob,
  { videoIds }: IndexedMedia,
  interrupted: AbortSignal,
): Promise<void> {
  const { client, stores } = session;
  const { jobId } = job;
  const queues = nameUnpolled(session, Object.values(queuesOfJob(job)));
  let said = '';
  for (;;) {
    const state = await workflowState(client, jobId).catch(() => 'running' as const);
    const done = await stores.media.countOwned(jobId, 'index');
    const failed = (await stores.indexJobs.failures(jobId)).length;
    const line = `${jobId}: ${done} of ${videoIds.length} videos indexed, ${failed} failed`;
    if (line !== said) printNote(line);
    said = line;
    if (interrupted.aborted || state !== 'running') break;
    await queues.look();
    await Promise.race([new Promise((go) => setTimeout(go, 1000)), session.gone]);
  }
  if (interrupted.aborted) return;
  const failure = await workflowFailure(client, jobId);
  if (failure !== null) throw new EnvironmentError(`${jobId} failed: ${failure.message}`);
}
