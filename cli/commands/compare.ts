import { compareJudgements } from '../../results/compare-judgements.ts';
import { compareRuns } from '../../results/compare-runs.ts';
import { type Summarised, summariseRun } from '../../results/summarise.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson } from '../output.ts';
import { renderComparison } from '../render/comparison-table.ts';
import { renderJudgedComparison } from '../render/judge-view.ts';
import { openReadingSession } from '../session.ts';

/** `compare`: runs against the first one, item by item, by the known answers and by their judges. */
export async function compare(
  runIds: readonly string[],
  options: { readonly otherJudge?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const { stores, close } = await openReadingSession();
  try {
    const found: Summarised[] = [];
    for (const runId of runIds)
      found.push(await summariseRun(stores, await findRun(stores.runs, runId), null));
    const [baseline, ...others] = found;
    if (baseline === undefined) return exitCodes.usage;
    const otherJudge = options.otherJudge === true;
    const judged = others.flatMap((other) => compareJudgements(baseline, other, { otherJudge }));
    const runs = found.map(({ summary }) => summary);
    const comparison = compareRuns(found);
    if (options.json) printJson({ schemaVersion: 1, runs, comparison, judged });
    else {
      printData(renderComparison(runs, comparison));
      if (judged.length > 0) printData(renderJudgedComparison(judged));
    }
    return exitCodes.done;
  } finally {
    await close();
  }
}
