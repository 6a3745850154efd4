import { join } from 'node:path';
import { originalResultPrefix } from '../domain/original-result-prefix.ts';
import type { Row } from '../domain/row.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { RunStore } from '../domain/stores/run-store.ts';
import { claimFiles } from './claim-files.ts';
import { jsonList } from './json-text.ts';
import { createFramePaths, picturePath } from './media-paths.ts';
import {
  failedRecord,
  fullRecord,
  hasFullRecord,
  type OriginalCounts,
  originalMetrics,
  type OriginalRecord,
} from './original-record.ts';
import { readReply } from './read-reply.ts';
import { writeAtomically } from './write-atomically.ts';

export type OriginalSources = {
  readonly runs: Pick<RunStore, 'rows'>;
  readonly blobs: Pick<BlobStore, 'get'>;
};

export type OriginalExport = {
  readonly directory: string;
  /** Replace another run's files. */
  readonly overwrite: boolean;
  /** Write the generated pictures, too. */
  readonly media: boolean;
};

export type OriginalFiles = {
  readonly resultsFile: string;
  readonly metricsFile: string;
  /** Content of the metrics file. */
  readonly metrics: string;
  readonly pictures: number;
};

/**
 * Takes the names of a run's files in a folder before anything is paid for; writing them takes
 * them, too.
 *
 * @throws {UsageError} when another run's files have these names and `overwrite` is not set
 */
export async function claimOriginalFiles(
  spec: RunSpec,
  { directory, overwrite }: Pick<OriginalExport, 'directory' | 'overwrite'>,
): Promise<void> {
  const { prefix, results, metrics } = fileNames(spec);
  const { runId } = spec;
  await claimFiles({ directory, prefix, files: [results, metrics], runId, overwrite });
}

/** Runs with other file names share the folder of pictures, and two of them would mix. */
async function claimPictures(
  { runId }: RunSpec,
  { directory, overwrite }: Pick<OriginalExport, 'directory' | 'overwrite'>,
): Promise<void> {
  const prefix = 'generated_images';
  await claimFiles({ directory, prefix, files: [prefix], runId, overwrite });
}

/**
 * Writes the original script's two files, `<prefix>_results.json` and `<prefix>_metrics.json`, in
 * its shape and in the order of the dataset: every ended item, whatever became of it. Each file
 * changes from one state to the next at once.
 *
 * @throws {UsageError} when another run's files are there and `overwrite` is not set
 */
export async function exportOriginal(
  { runs, blobs }: OriginalSources,
  spec: RunSpec,
  options: OriginalExport,
): Promise<OriginalFiles> {
  const { directory, media } = options;
  await claimOriginalFiles(spec, options);
  if (media) await claimPictures(spec, options);
  const names = fileNames(spec);
  const resultsFile = join(directory, names.results);
  const metricsFile = join(directory, names.metrics);
  const counts = { total: 0, answered: 0, correct: 0 };
  let pictures = 0;
  const toRecord = createRecordReader(blobs, spec);

  const records = async function* (): AsyncIterable<OriginalRecord> {
    for await (const row of runs.rows(spec.runId)) {
      count(counts, row);
      if (media) pictures += await writePictures(blobs, row, directory);
      yield await toRecord(row);
    }
  };
  await writeAtomically(resultsFile, jsonList(records()));
  const metrics = originalMetrics(counts);
  await writeAtomically(metricsFile, [metrics]);
  return { resultsFile, metricsFile, metrics, pictures };
}

function fileNames(spec: RunSpec): { prefix: string; results: string; metrics: string } {
  const { models, dataset, strategy } = spec;
  const prefix = originalResultPrefix(models.answer.model, dataset.path, strategy.initialFrames);
  return { prefix, results: `${prefix}_results.json`, metrics: `${prefix}_metrics.json` };
}

function count(counts: { -readonly [Key in keyof OriginalCounts]: number }, row: Row): void {
  counts.total += 1;
  counts.answered += Number(hasFullRecord(row));
  counts.correct += Number(row.correct === true);
}

function createRecordReader(blobs: OriginalSources['blobs'], spec: RunSpec) {
  const framePaths = createFramePaths(spec.dataset.media);
  return async (row: Row): Promise<OriginalRecord> => {
    if (!hasFullRecord(row)) return failedRecord(row);
    const pathsOfVideo = new Map(
      await Promise.all(
        row.video_ids.map(async (videoId) => [videoId, await framePaths(videoId)] as const),
      ),
    );
    return fullRecord(row, {
      reply: row.reply_artifact === null ? '' : await readReply(blobs, row.reply_artifact),
      framePath: (videoId, frameId) => pathsOfVideo.get(videoId)?.(frameId) ?? '',
      picturePath: (index) => picturePath(row, index),
    });
  };
}

async function writePictures(
  blobs: OriginalSources['blobs'],
  row: Row,
  directory: string,
): Promise<number> {
  let written = 0;
  for (const [index, { artifact, source }] of row.generated.entries()) {
    if (source !== 'generated') continue;
    await writeAtomically(join(directory, picturePath(row, index)), [await blobs.get(artifact)]);
    written += 1;
  }
  return written;
}
