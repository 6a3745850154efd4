import type { RunRecord } from '../../domain/stores/run-store.ts';
import { summariseRun } from '../../results/summarise.ts';
import { summariseTallies } from '../../results/summarise-tallies.ts';
import { readAccountLimits } from '../../results/account-limits.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson } from '../output.ts';
import { renderChanges } from '../render/changes-view.ts';
import { renderLimits } from '../render/limits-view.ts';
import { renderLive } from '../render/live-view.ts';
import { readProgress } from '../run-progress.ts';
import { openReadingSession, type ReadingSession } from '../session.ts';

/** `status`: one run, or all of them; read from the database, so it works while a run is at work. */
export async function status(
  runId: string | null,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const session = await openReadingSession();
  try {
    const { runs } = session.stores;
    const wanted = runId === null ? await runs.list() : [await findRun(runs, runId)];
    if (options.json) {
      const summaries = await Promise.all(wanted.map((run) => summaryOf(session, run)));
      printJson(runId === null ? summaries : summaries[0]);
      return exitCodes.done;
    }
    if (wanted.length === 0) printData('No runs yet. `npm start` runs the sample evaluation.');
    for (const run of wanted) {
      printData(
        renderLive(await readProgress(session.stores, run, null), process.stdout.columns ?? 120),
      );
      if (runId !== null) printData(renderChanges(await runs.changes(runId)));
      const limits = renderLimits(
        await readAccountLimits(session.stores.accounts, run.spec),
        Date.now(),
      );
      if (limits !== '') printData(limits);
    }
    return exitCodes.done;
  } finally {
    await session.close();
  }
}

/** From counters, so that it takes no longer for a large run; the rows of a run of version 0.2 are read. */
async function summaryOf({ stores }: ReadingSession, run: RunRecord) {
  const kept = await summariseTallies(stores, run, null);
  const summary = kept ?? (await summariseRun(stores, run, null)).summary;
  const limits = await readAccountLimits(stores.accounts, run.spec);
  const { remainingS, steps } = await readProgress(stores, run, null);
  const itemsPerMinute = await stores.runs.recentEnds(run.runId, 120);
  const changes = await stores.runs.changes(run.runId);
  return { ...summary, progress: { itemsPerMinute, remainingS, steps }, changes, limits };
}
