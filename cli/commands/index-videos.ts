import { join, resolve } from 'node:path';
import { readExtractTimes } from '../../adapters/config-files/extract-times.ts';
import { checkModelFiles } from '../../adapters/embedding/model-folder/check-model-files.ts';
import { findVideoTools } from '../../adapters/video/video-tools.ts';
import { queuesOfJob, startIndexJob } from '../../client/index-job.ts';
import { workflowFailure, workflowState } from '../../client/workflow-state.ts';
import { canonicalJson, sha256Hex } from '../../domain/hashing.ts';
import { orchestrationQueue } from '../../domain/queues.ts';
import { runNameForIds } from '../../domain/run-identity.ts';
import type { EmbeddingDevice, EmbeddingDtype, ExtractSpec } from '../../domain/run-spec.ts';
import type { IndexFailure, IndexJob } from '../../domain/stores/index-job-store.ts';
import { EnvironmentError, UsageError } from '../../domain/usage-error.ts';
import { exportFrames, exportIndex } from '../../results/export-index.ts';
import { workflowInTemporalUi } from '../../results/summarise.ts';
import { describeWork } from '../../workers/describe-embedder.ts';
import { refuseUnpolled } from '../check-queues.ts';
import { nameUnpolled } from '../name-unpolled.ts';
import { interruption, waitForOtherRuns } from '../execute-run.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { downloadSource, findIndexedMedia, type IndexedMedia, isAddress } from '../index-source.ts';
import { printData, printJson, printNote } from '../output.ts';
import { openSession, type Session } from '../session.ts';

export type IndexVideosOptions = {
  readonly model: string;
  readonly modelId?: string;
  readonly device: EmbeddingDevice;
  readonly dtype: EmbeddingDtype;
  readonly perSecond?: string;
  readonly count?: string;
  readonly times?: string;
  readonly out: string;
  readonly framesOut?: string;
  readonly json?: boolean;
};

const defaults = { device: 'cpu', dtype: 'fp32', out: 'embeddings' } as const;

/** `index`: cuts frames out of videos, embeds them, and writes one safetensors file per video. */
export async function indexVideos(
  source: string | undefined,
  given: Partial<IndexVideosOptions>,
): Promise<ExitCode> {
  if (source === undefined) throw new UsageError('name what to index; `videoqa index --help`');
  if (given.model === undefined)
    throw new UsageError('--model is missing: the folder of the model');
  const options: IndexVideosOptions = { ...defaults, ...given, model: given.model };
  const model = resolve(options.model);
  await checkModelFiles(model, { dtype: options.dtype, texts: false });
  const extract = await readExtract(options);
  const local = isAddress(source) ? null : await findIndexedMedia(source, extract);
  const session = await openSession();
  const interrupted = interruption(session);
  try {
    const found = local ?? (await downloaded(session, source, extract, interrupted));
    if (found.media.kind === 'videos') await findVideoTools();
    const job = await writeJob(session, found, { ...options, model });
    await session.serveJob(job.source);
    if (session.role === 'cluster') await refuseUnpolled(session.client, [orchestrationQueue]);
    await startIndexJob(session.client, session.stores.indexJobs, job);
    await watch(session, job, found, interrupted);
    if (interrupted.aborted) return exitCodes.interrupted;
    const failures = await session.stores.indexJobs.failures(job.jobId);
    await writeFiles(session, job, found, failures, options);
    for (const embedder of await session.embedders()) printNote(describeWork(embedder));
    if (session.role === 'holder') await waitForOtherRuns(session, interrupted);
    return failures.length > 0 ? exitCodes.tooManyFailures : exitCodes.done;
  } finally {
    await session.close();
  }
}

async function downloaded(
  session: Session,
  url: string,
  extract: ExtractSpec,
  signal: AbortSignal,
): Promise<IndexedMedia> {
  const downloads = join(session.folder.path, 'downloads');
  return findIndexedMedia(await downloadSource(url, downloads, signal), extract);
}

async function readExtract({ perSecond, count, times }: IndexVideosOptions): Promise<ExtractSpec> {
  const given = [perSecond, count, times].filter((value) => value !== undefined);
  if (given.length > 1) throw new UsageError('give one of --per-second, --count and --times');
  if (times !== undefined) return { times: await readExtractTimes(times) };
  if (count !== undefined) return { count: positive('--count', count, true) };
  return { perSecond: positive('--per-second', perSecond ?? '1', false) };
}

function positive(flag: string, text: string, isWhole: boolean): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value) && (!isWhole || Number.isInteger(value))) return value;
  throw new UsageError(`${flag} is ${text}; it takes a ${isWhole ? 'whole ' : ''}number above 0`);
}

/** The same command is the same job, so that it goes on where it stopped. */
async function writeJob(
  { stores }: Session,
  { media, videoIds }: IndexedMedia,
  options: IndexVideosOptions,
): Promise<IndexJob> {
  const videos = await stores.blobs.put(new TextEncoder().encode(JSON.stringify(videoIds)));
  const name = runNameForIds(media.folder.split(/[/\\]/).at(-1) ?? 'videos');
  const content = {
    dataset: { datasetId: name, media, embeddings: null, buildMissing: false },
    models: {
      embedding: {
        model: options.modelId ?? (options.model.split(/[/\\]/).at(-1) || 'model'),
        path: options.model,
        device: options.device,
        dtype: options.dtype,
      },
    },
  };
  const jobId = `index/${name}-${sha256Hex(canonicalJson([content, videos])).slice(0, 8)}`;
  return { jobId, videos, source: { runId: jobId, ...content } };
}

async function watch(
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

async function writeFiles(
  { stores, uiUrl, namespace }: Session,
  { jobId, source }: IndexJob,
  { videoIds, media }: IndexedMedia,
  failures: readonly IndexFailure[],
  { out, framesOut, json }: IndexVideosOptions,
): Promise<void> {
  const failed = new Set(failures.map(({ videoId }) => videoId));
  const indexed = videoIds.filter((videoId) => !failed.has(videoId));
  const folder = resolve(out);
  for (const videoId of indexed) {
    await exportIndex(stores, jobId, videoId, folder);
    if (framesOut !== undefined && media.kind === 'videos')
      await exportFrames(stores, jobId, videoId, resolve(framesOut));
  }
  const temporalUi = uiUrl === null ? null : workflowInTemporalUi(uiUrl, namespace, jobId);
  if (json) {
    const { model } = source.models.embedding!;
    const videos = videoIds.length;
    const about = { jobId, model, videos, indexed: indexed.length, failures, outputDir: folder };
    return printJson({ schemaVersion: 1, ...about, temporalUi });
  }
  for (const { videoId, message } of failures) printNote(`${videoId}: ${message}`);
  printData(`${indexed.length} of ${videoIds.length} videos indexed in ${folder}`);
}
