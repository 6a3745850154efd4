import { costOfRun } from '../../results/cost.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson } from '../output.ts';
import { renderCost, renderCosts } from '../render/cost-view.ts';
import { openReadingSession } from '../session.ts';

/** `cost`: what a run's money went to, or what each run has spent. Reads only. */
export async function cost(
  runId: string | null,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const { stores, close } = await openReadingSession();
  try {
    if (runId !== null) {
      const found = await costOfRun(stores, await findRun(stores.runs, runId), Date.now());
      if (options.json) printJson({ schemaVersion: 1, ...found });
      else printData(renderCost(found));
      return exitCodes.done;
    }
    const totals = await Promise.all(
      (await stores.runs.list()).map(async (run) => {
        const [total] = await stores.calls.spending(run.runId);
        const { settledUsd = 0, openUsd = 0, capUsd = null, calls = 0 } = total ?? {};
        return { runId: run.runId, state: run.state, calls, settledUsd, openUsd, capUsd };
      }),
    );
    if (options.json) printJson({ schemaVersion: 1, runs: totals });
    else printData(renderCosts(totals));
    return exitCodes.done;
  } finally {
    await close();
  }
}
