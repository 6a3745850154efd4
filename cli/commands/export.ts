import { resolve } from 'node:path';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { EnvironmentError, UsageError } from '../../domain/errors/usage-error.ts';
import { exportCsv } from '../../results/export-csv.ts';
import { exportJsonl } from '../../results/export-jsonl.ts';
import { exportOriginal } from '../../results/export-original.ts';
import { exportParquet } from '../../results/export-parquet.ts';
import { exportSuite } from '../../results/suites/export-suite.ts';
import {
  canBeWrittenAs,
  type ExportFormat,
  exportFormatNames,
  exportFormats,
} from '../../domain/suites/export-formats.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson, printNote } from '../output.ts';
import { openReadingSession } from '../session.ts';

export type ExportOptions = {
  readonly format: ExportFormat;
  readonly out: string;
  readonly media?: boolean;
  readonly judge?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
};

/** What an export wrote: absolute paths, how many pictures beside them, and what to know of it. */
type Written = {
  readonly files: readonly string[];
  readonly pictures: number;
  readonly notes: readonly string[];
};

/** `export`: result files for others. A run that is still at work gives what has ended so far. */
export async function exportRun(
  runId: string,
  given: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const options = given as ExportOptions;
  const { stores, close } = await openReadingSession();
  try {
    const run = await findRun(stores.runs, runId);
    refuseMisfit(run, options);
    const { files, pictures, notes } = await write(stores, run, options).catch(
      failedToWrite(options.out),
    );
    if (options.json) printJson({ files, pictures, notes });
    else printData(files.join('\n'));
    for (const note of notes) printNote(note);
    if (pictures > 0) printNote(`${pictures} pictures below ${resolve(options.out)}`);
    return exitCodes.done;
  } finally {
    await close();
  }
}

/** Before anything is written: a suite's files are of a suite's questions. */
function refuseMisfit({ runId, spec }: RunRecord, { format, media, judge }: ExportOptions): void {
  if (media && format !== 'original') throw new UsageError('--media goes with --format original.');
  if (judge !== undefined && format !== 'pllava' && format !== 'free-video-llm')
    throw new UsageError('--judge goes with --format pllava or free-video-llm.');
  const given = spec.dataset.format;
  if (canBeWrittenAs(format, given)) return;
  const fitting = exportFormatNames.filter((name) => canBeWrittenAs(name, given));
  throw new UsageError(
    `--format ${format} is for data sets of the formats ${exportFormats[format]?.join(', ')}; that of ` +
      `${runId} is ${given}. It can be written as ${fitting.join(', ')}.`,
  );
}

async function write(stores: Stores, run: RunRecord, options: ExportOptions): Promise<Written> {
  const { format, media = false, overwrite = false, judge = null } = options;
  const directory = resolve(options.out);
  const of = { pictures: 0, notes: [] };
  if (format === 'jsonl')
    return { ...of, files: [await exportJsonl(stores.runs, run.runId, directory)] };
  if (format === 'csv')
    return { ...of, files: [await exportCsv(stores.runs, run.runId, directory)] };
  if (format === 'parquet')
    return { ...of, files: [await exportParquet(stores.runs, run.runId, directory)] };
  if (format !== 'original')
    return { ...of, ...(await exportSuite(stores, run, format, { directory, judge, overwrite })) };
  const written = await exportOriginal(stores, run.spec, { directory, overwrite, media });
  const { resultsFile, metricsFile, pictures } = written;
  return { ...of, files: [resultsFile, metricsFile], pictures };
}

/** A full disk or a folder that may not be written to is no fault of ours. */
function failedToWrite(folder: string): (error: unknown) => never {
  return (error) => {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw new EnvironmentError(
      `Nothing can be written to ${folder} (${code}). Name another folder with --out.`,
      { cause: error },
    );
  };
}
