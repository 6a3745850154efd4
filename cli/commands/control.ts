import { cancelRun, pauseRun, resumeRun } from '../../client/control-run.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printJson, printNote } from '../output.ts';
import { openClientSession } from '../session.ts';

const actions = { pause: pauseRun, resume: resumeRun, cancel: cancelRun } as const;

/** `pause`, `resume`, `cancel`: acts on a run that another process works on. Repeating changes nothing. */
export async function control(
  action: keyof typeof actions,
  runId: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const session = await openClientSession();
  try {
    const run = await findRun(session.stores.runs, runId);
    const result = await actions[action](session.client, session.stores.runs, run);
    if (options.json) printJson({ runId, action, ...result });
    else
      printNote(
        `${runId}: ${result.changed ? `${action} done` : 'nothing to change'}; it is ${result.state}.`,
      );
    return exitCodes.done;
  } finally {
    await session.close();
  }
}
