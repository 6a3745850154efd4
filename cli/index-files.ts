import { resolve } from 'node:path';
import type { IndexFailure, IndexJob } from '../domain/stores/index-job-store.ts';
import { exportFrames, exportIndex } from '../results/export-index.ts';
import { workflowInTemporalUi } from '../results/summarise.ts';
import type { IndexedMedia } from './index-source.ts';
import { printData, printJson, printNote } from './output.ts';
import type { Session } from './session.ts';

/** Writes the files of an ended index job and says what came of it. */
export async function writeIndexFiles(
  { stores, uiUrl, namespace }: Session,
  { jobId, source }: IndexJob,
  { videoIds, media }: IndexedMedia,
  failures: readonly IndexFailure[],
  {
    out,
    framesOut,
    json,
  }: {
    readonly out: string;
    readonly framesOut?: string;
    readonly json?: boolean;
  },
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
