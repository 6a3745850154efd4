import { basename, resolve } from 'node:path';
import { readPllava } from '../../adapters/foreign-results/read-pllava.ts';
import {
  type ImportedResults,
  importedRun,
  type ImportedRun,
  unknownJudge,
} from '../../domain/imported-run.ts';
import { goldOfVideos } from '../../domain/row-tally.ts';
import { orderItems } from '../../domain/run-items.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson, printNote } from '../output.ts';
import { openReadingSession } from '../session.ts';

export type ImportOptions = {
  readonly format: 'pllava';
  readonly name?: string;
  readonly judge?: string;
  readonly json?: boolean;
};

/** Rows written in one transaction, and replies stored at once. */
const rowsPerWrite = 500;
const repliesAtOnce = 16;

/**
 * `import`: results that another harness has made become a run, which can be listed, shown, reported,
 * compared and exported like any other. The same files again are the same run.
 */
export async function importRun(folder: string, options: ImportOptions): Promise<ExitCode> {
  const { judge = unknownJudge } = options;
  if (judge.trim() === '') throw new UsageError('--judge is empty. Name who judged these results.');
  const read = await readPllava(resolve(folder), judge);
  const made = importedRun(options.name ?? basename(resolve(folder)), read);
  const { stores, close } = await openReadingSession();
  try {
    const { runId } = made.spec;
    const isKnown = (await stores.runs.get(runId))?.state === 'completed';
    if (!isKnown) await writeRun(stores, read, made);
    const run = await findRun(stores.runs, runId);
    const counts = await stores.runs.counts(runId);
    if (options.json) printJson({ schemaVersion: 1, runId, isNew: !isKnown, counts });
    else printData(runId);
    printNote(describe(run, counts.scheduled, isKnown));
    return exitCodes.done;
  } finally {
    await close();
  }
}

/** Nothing is there until all of it is: a run whose import was cut short is written again. */
async function writeRun(
  { runs, blobs }: Stores,
  { results }: ImportedResults,
  { spec, identity, items, frozen, rows }: ImportedRun,
): Promise<void> {
  await blobs.put(frozen);
  const replies = results.flatMap(({ prediction }) => prediction ?? []);
  for (let from = 0; from < replies.length; from += repliesAtOnce) {
    const some = replies.slice(from, from + repliesAtOnce);
    await Promise.all(some.map((reply) => blobs.put(new TextEncoder().encode(reply))));
  }
  const { runId, name } = spec;
  await runs.create({ runId, name, spec, identity }, orderItems(items), goldOfVideos(items));
  for (let from = 0; from < rows.length; from += rowsPerWrite)
    await runs.recordRows(runId, 1, rows.slice(from, from + rowsPerWrite));
  await runs.setState(runId, 'completed');
}

function describe({ runId, spec }: RunRecord, items: number, isKnown: boolean): string {
  const where = `${spec.dataset.datasetId}, from ${spec.imported?.folder ?? 'elsewhere'}`;
  return isKnown
    ? `${runId} was imported before: ${where}`
    : `${runId}: ${items} answers imported, ${where}. \`videoqa report ${runId}\` adds them up.`;
}
