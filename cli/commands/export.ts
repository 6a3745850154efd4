import { resolve } from 'node:path';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { EnvironmentError, UsageError } from '../../domain/usage-error.ts';
import { exportCsv } from '../../results/export-csv.ts';
import { exportJsonl } from '../../results/export-jsonl.ts';
import { exportOriginal } from '../../results/export-original.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson, printNote } from '../output.ts';
import { openReadingSession } from '../session.ts';

export type ExportOptions = {
  readonly format: 'original' | 'jsonl' | 'csv';
  readonly out: string;
  readonly media?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
};

/** What an export wrote: absolute paths, and how many pictures beside them. */
type Written = { readonly files: readonly string[]; readonly pictures: number };

/** `export`: result files for others. A run that is still at work gives what has ended so far. */
export async function exportRun(
  runId: string,
  given: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const options = given as ExportOptions;
  const { stores, close } = await openReadingSession();
  try {
    const run = await findRun(stores.runs, runId);
    const { files, pictures } = await write(stores, run, options).catch(failedToWrite(options.out));
    if (options.json) printJson({ files, pictures });
    else printData(files.join('\n'));
    if (pictures > 0) printNote(`${pictures} pictures below ${resolve(options.out)}`);
    return exitCodes.done;
  } finally {
    await close();
  }
}

async function write(stores: Stores, run: RunRecord, options: ExportOptions): Promise<Written> {
  const directory = resolve(options.out);
  if (options.format !== 'original') {
    if (options.media) throw new UsageError('--media goes with --format original.');
    const exportRows = options.format === 'csv' ? exportCsv : exportJsonl;
    return { files: [await exportRows(stores.runs, run.runId, directory)], pictures: 0 };
  }
  const { resultsFile, metricsFile, pictures } = await exportOriginal(stores, run.spec, {
    directory,
    overwrite: options.overwrite === true,
    media: options.media === true,
  });
  return { files: [resultsFile, metricsFile], pictures };
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
