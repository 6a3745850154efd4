import {
  type ControlAction,
  tellWorkflow,
  wouldChange,
  writeWish,
} from '../../client/control-run.ts';
import { namesCluster } from '../../client/connect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printJson, printNote } from '../output.ts';
import { openServingClient } from '../serving-client.ts';
import { openReadingSession, type ReadingSession } from '../session.ts';

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
    const end = dryRun
      ? { changed: wouldChange(action, run), inEffect: false }
      : await act(session, action, runId);
    const { state } = await findRun(runs, runId);
    const { answered, running, pending } = await runs.counts(runId);
    if (json) {
      printJson({ runId, action, dryRun, ...end, state, counts: { answered, running, pending } });
      return exitCodes.done;
    }
    const items = `${running} items under way, ${pending} not started`;
    if (dryRun) printNote(`${runId} is ${state}: ${end.changed ? items : 'nothing to change'}.`);
    else printNote(`${runId}: ${outcomeOf(action, end)}; it is ${state}, ${items}.`);
    return exitCodes.done;
  } finally {
    await session.close();
  }
}

type ControlEnd = {
  readonly changed: boolean;
  /** False while no process works on the run. */
  readonly inEffect: boolean;
};

async function act(
  session: ReadingSession,
  action: ControlAction,
  runId: string,
): Promise<ControlEnd> {
  const { runs } = session.stores;
  // A cluster that cannot be reached is found out before anything is written.
  const cluster = namesCluster() ? await openServingClient(session.folder) : null;
  try {
    const run = await findRun(runs, runId);
    const changed = await writeWish(runs, action, run);
    if (!run.driveIsOpen) return { changed, inEffect: true };
    // A holder that starts reads the database after it has taken its lock: either it or we see the other.
    const serving = cluster ?? (await openServingClient(session.folder));
    if (serving === null) return { changed, inEffect: false };
    try {
      await tellWorkflow(serving.client, runs, runId);
    } finally {
      if (cluster === null) await serving.close();
    }
    return { changed, inEffect: true };
  } finally {
    await cluster?.close();
  }
}

function outcomeOf(action: ControlAction, { changed, inEffect }: ControlEnd): string {
  const done = changed ? `${action.replace('-', ' --')} done` : 'nothing to change';
  return inEffect
    ? done
    : `${done} (no process works on it now; the next \`videoqa run\` or \`videoqa up\` begins with it)`;
}
