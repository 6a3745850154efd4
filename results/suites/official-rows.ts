import { join } from 'node:path';
import { type MediaFiles, thawMediaFiles } from '../../domain/frames/media-files.ts';
import type { Row } from '../../domain/row.ts';
import type { RunSpec } from '../../domain/run-spec.ts';
import type { BlobStore } from '../../domain/stores/blob-store.ts';
import type { RunStore } from '../../domain/stores/run-store.ts';
import { predictionOf } from '../../domain/suites/reply-rules.ts';
import { readReply } from '../read-reply.ts';

/** What the files of a suite are written from. */
export type SuiteSources = {
  readonly runs: Pick<RunStore, 'rows'>;
  readonly blobs: Pick<BlobStore, 'get'>;
};

/** Which files of a suite are written, and where. */
export type SuiteTarget = {
  readonly spec: RunSpec;
  readonly directory: string;
  /** The judge whose verdicts stand in them; null = the only one there is. */
  readonly judge: string | null;
};

/** Files that were written, and what a person must know of them. */
export type SuiteFiles = { readonly files: readonly string[]; readonly notes: readonly string[] };

/** A row with what a suite's own scripts know of it beside. */
export type OfficialRow = {
  readonly row: Row;
  /** What the model said; empty where nothing came of the question. */
  readonly prediction: string;
  readonly videoPath: string;
};

/** Reads the rows anew each time; without predictions, which are all empty then, at less cost. */
export type ReadOfficial = (options?: {
  readonly predictions: boolean;
}) => AsyncIterable<OfficialRow>;

/**
 * The rows that a suite's file is about, with their predictions: every question that was asked,
 * whatever came of it. One that never ran (`skipped`, `cancelled`) is in no such file.
 */
export function officialRows({ runs, blobs }: SuiteSources, spec: RunSpec): ReadOfficial {
  let paths: Promise<(row: Row) => string> | undefined;
  return async function* ({ predictions } = { predictions: true }) {
    const videoPath = await (paths ??= videoPaths(blobs, spec));
    for await (const row of runs.rows(spec.runId)) {
      if (!wasAsked(row)) continue;
      const reply = predictions ? row.reply_artifact : null;
      const prediction = reply === null ? '' : predictionOf(await readReply(blobs, reply));
      yield { row, prediction, videoPath: videoPath(row) };
    }
  };
}

/** Whether a question belongs into the files of a suite: each once, and only if it was asked. */
export function wasAsked({ outcome, sample }: Pick<Row, 'outcome' | 'sample'>): boolean {
  return sample === 0 && outcome !== 'skipped' && outcome !== 'cancelled';
}

/** Where the video of a row lies as the run's settings lead to it, or as foreign results name it. */
async function videoPaths(
  blobs: SuiteSources['blobs'],
  { dataset: { media }, imported }: RunSpec,
): Promise<(row: Row) => string> {
  if (imported !== undefined)
    return ({ source }) => {
      const named = source['video_path'] ?? source['video'];
      return typeof named === 'string' ? named : '';
    };
  const listed = media.kind === 'videos' ? media.files : undefined;
  const files: MediaFiles = listed === undefined ? {} : thawMediaFiles(await blobs.get(listed));
  return ({ video_ids: [videoId = ''] }) => {
    const file = Object.hasOwn(files, videoId) ? files[videoId]?.file : undefined;
    return media.kind === 'none' ? videoId : join(media.folder, file ?? videoId);
  };
}
