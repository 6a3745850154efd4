import {
  cancelRun,
  type ControlResult,
  isControllable,
  pauseRun,
  resumeRun,
} from '../../client/control-run.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printJson, printNote } from '../output.ts';
import { openClientSession, openReadingSession } from '../session.ts';

const actions = { pause: pauseRun, resume: resumeRun, cancel: cancelRun } as const;

/** `pause`, `resume`, `cancel`: acts on a run that another process works on. Repeating changes nothing. */
export async function control(
  action: keyof typeof actions,
  runId: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const result = await act(action, runId);
  if (options.json) printJson({ runId, action, ...result });
  else
    printNote(
      `${runId}: ${result.changed ? `${action} done` : 'nothing to change'}; it is ${result.state}.`,
    );
  return exitCodes.done;
}

/** A run that the action does not change, such as one that has ended, needs no process to work on it. */
async function act(action: keyof typeof actions, runId: string): Promise<ControlResult> {
  const reading = await openReadingSession();
  try {
    const run = await findRun(reading.stores.runs, runId);
    if (!isControllable[action](run)) return { changed: false, state: run.state };
  } finally {
    await reading.close();
  }
  const session = await openClientSession();
  try {
    const run = await findRun(session.stores.runs, runId);
    return await actions[action](session.client, session.stores.runs, run);
  } finally {
    await session.close();
  }
}
