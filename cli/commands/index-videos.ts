import { basename, join, resolve } from 'node:path';
import { readExtractTimes } from '../../adapters/config-files/extract-times.ts';
import { checkModelFiles } from '../../adapters/embedding/model-folder/check-model-files.ts';
import { findVideoTools } from '../../adapters/video/video-tools.ts';
import { startIndexJob } from '../../client/index-job.ts';
import { orchestrationQueue } from '../../domain/queues.ts';
import type {
  EmbeddingDevice,
  EmbeddingDtype,
  EmbeddingSpec,
  ExtractSpec,
} from '../../domain/run-spec.ts';
import type { IndexJob } from '../../domain/stores/index-job-store.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { describeWork } from '../../workers/describe-embedder.ts';
import { refuseUnpolled } from '../check-queues.ts';
import { interruption, waitForOtherRuns } from '../execute-run.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { downloadSource, findIndexedMedia, type IndexedMedia, isAddress } from '../index-source.ts';
import { writeIndexFiles } from '../index-files.ts';
import { describeJob, watchJob } from '../index-job.ts';
import { printNote } from '../output.ts';
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
  const options: IndexVideosOptions = { ...defaults, ...given, model: resolve(given.model) };
  await checkModelFiles(options.model, { dtype: options.dtype, texts: false });
  const extract = await readExtract(options);
  const local = isAddress(source) ? null : await findIndexedMedia(source, extract);
  const session = await openSession();
  const interrupted = interruption(session);
  try {
    const found = local ?? (await downloaded(session, source, extract, interrupted));
    if (found.media.kind === 'videos') await findVideoTools();
    const job = await describeJob(session, found, embeddingOf(options));
    return await runJob(session, job, found, options, interrupted);
  } finally {
    await session.close();
  }
}

function embeddingOf({ model: path, modelId, device, dtype }: IndexVideosOptions): EmbeddingSpec {
  return { model: modelId ?? basename(path), path, device, dtype };
}

async function runJob(
  session: Session,
  job: IndexJob,
  found: IndexedMedia,
  options: IndexVideosOptions,
  interrupted: AbortSignal,
): Promise<ExitCode> {
  const { client, stores, role } = session;
  await session.serveJob(job.source);
  if (role === 'cluster') await refuseUnpolled(client, [orchestrationQueue]);
  await startIndexJob(client, stores.indexJobs, job);
  await watchJob(session, job, found, interrupted);
  if (interrupted.aborted) return exitCodes.interrupted;
  const failures = await stores.indexJobs.failures(job.jobId);
  await writeIndexFiles(session, job, found, failures, options);
  for (const embedder of await session.embedders()) printNote(describeWork(embedder));
  if (role === 'holder') await waitForOtherRuns(session, interrupted);
  return failures.length > 0 ? exitCodes.tooManyFailures : exitCodes.done;
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
