import { estimateRetry } from '../../domain/money/retry-estimate.ts';
import type { RetryFilter } from '../../domain/retry-filter.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { executeRun } from '../execute-run.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson, printNote } from '../output.ts';
import { renderRetryPreview } from '../render/retry-preview.ts';
import { readRetryFilter, type RetryOptions } from '../retry-options.ts';
import { openReadingSession, openSession, type ReadingSession } from '../session.ts';

/** `retry`: a new drive over what is not answered, under the same ids, merged into the same run. */
export async function retry(
  runId: string,
  options: RetryOptions & { readonly dryRun?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const reading = await openReadingSession();
  let filter: RetryFilter;
  try {
    const run = await findRun(reading.stores.runs, runId);
    refuseImported(run);
    filter = await readRetryFilter(reading, run, options);
    if (options.dryRun) return await preview(reading, run, filter, options.json === true);
  } finally {
    await reading.close();
  }
  const session = await openSession();
  try {
    const run = await findRun(session.stores.runs, runId);
    const selection = { kind: 'retry', filter } as const;
    return await executeRun(session, run, { selection, json: options.json === true });
  } finally {
    await session.close();
  }
}

/** @throws {UsageError} when somebody else made the run's results */
function refuseImported({ runId, spec }: RunRecord): void {
  if (spec.imported === undefined) return;
  throw new UsageError(
    `${runId} was imported from ${spec.imported.folder}: its questions cannot be asked again here.`,
  );
}

/** What would be taken up, and what it will probably cost; nothing is changed. */
async function preview(
  { stores }: ReadingSession,
  run: RunRecord,
  filter: RetryFilter,
  json: boolean,
): Promise<ExitCode> {
  const { groups, spends } = await stores.runs.previewRetry(run.runId, filter);
  const estimatedUsd = estimateRetry(groups, spends);
  const selected = groups.reduce((sum, { items }) => sum + items, 0);
  const found = { runId: run.runId, dryRun: true, selected, groups, estimatedUsd } as const;
  if (json) printJson(found);
  else printData(renderRetryPreview(found));
  if (run.driveIsOpen)
    printNote(`${run.runId}: drive ${run.drive} is at work; a retry would join it.`);
  return exitCodes.done;
}
