import { type ControlAction, wouldChange, writeWish } from '../../client/control-run.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printJson, printNote } from '../output.ts';
import { openReadingSession } from '../session.ts';
import { toldLater, writeAndTell } from '../tell-run.ts';

export type ControlOptions = { readonly json?: boolean; readonly dryRun?: boolean };

/**
 * `pause`, `resume`, `cancel`: acts on a run that another process works on. Repeating changes
 * nothing. Where no process works on it, the database notes what is wanted, and the next one that
 * does begins with it.
 */
export async function control(
  action: ControlAction,
  runId: string,
  { json = false, dryRun = false }: ControlOptions,
): Promise<ExitCode> {
  const session = await openReadingSession();
  try {
    const { runs } = session.stores;
    const run = await findRun(runs, runId);
    const { written: changed, inEffect } = dryRun
      ? { written: wouldChange(action, run), inEffect: false }
      : await writeAndTell(session, runId, () => writeWish(runs, action, run));
    const { state } = await findRun(runs, runId);
    const { answered, running, pending } = await runs.counts(runId);
    const counts = { answered, running, pending };
    const items = `${running} items under way, ${pending} not started`;
    if (json) printJson({ runId, action, dryRun, changed, inEffect, state, counts });
    else if (dryRun) printNote(`${runId} is ${state}: ${changed ? items : 'nothing to change'}.`);
    else {
      const done = changed ? `${action.replace('-', ' --')} done` : 'nothing to change';
      const later = inEffect ? '' : ` (${toldLater})`;
      printNote(`${runId}: ${done}${later}; it is ${state}, ${items}.`);
    }
    return exitCodes.done;
  } finally {
    await session.close();
  }
}
