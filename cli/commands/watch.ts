import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { runInTemporalUi, summariseRun } from '../../results/summarise.ts';
import { summariseTallies } from '../../results/summarise-tallies.ts';
import { interruption } from '../execute-run.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { printData, printJson, printNote } from '../output.ts';
import { renderSummary } from '../render/summary-view.ts';
import { runExitCode } from '../run-exit-code.ts';
import { openServingClient, type ServingClient } from '../serving-client.ts';
import { openReadingSession, type ReadingSession } from '../session.ts';
import { watchServedRun } from '../watch-run.ts';

/**
 * `watch`: shows a run that another process works on until its drive ends, then prints the summary
 * and ends as `run` would. Ctrl-C detaches and ends nothing but the view.
 */
export async function watch(
  runId: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const session = await openReadingSession();
  try {
    const run = await findRun(session.stores.runs, runId);
    const serving = run.driveIsOpen ? await openServingClient(session.folder) : null;
    if (run.driveIsOpen && serving === null) {
      throw new EnvironmentError(
        `${runId} has not ended and no videoqa process works on it. Run the same command again (or ` +
          '`videoqa up`): it goes on where it stopped.',
      );
    }
    const wasDetached = serving !== null && (await follow(session, serving, runId));
    const ended = await findRun(session.stores.runs, runId);
    const kept = await summariseTallies(session.stores, ended, null);
    const summary = kept ?? (await summariseRun(session.stores, ended, null)).summary;
    if (options.json) printJson(summary);
    else printData(renderSummary(summary));
    return wasDetached ? exitCodes.interrupted : runExitCode(summary, ended.spec);
  } finally {
    await session.close();
  }
}

/** @returns whether the person who watched detached */
async function follow(
  { stores }: ReadingSession,
  serving: ServingClient,
  runId: string,
): Promise<boolean> {
  const { client, role, uiUrl, namespace, gone } = serving;
  const temporalUi = uiUrl === null ? null : runInTemporalUi(uiUrl, namespace, runId);
  const interrupted = interruption(serving);
  try {
    if (!process.stderr.isTTY)
      printNote(`Watching ${runId}: a line every 30 s. Ctrl-C detaches; the run goes on.`);
    await watchServedRun({ stores, client, role, gone }, runId, {
      signal: interrupted,
      temporalUi,
    });
    return interrupted.aborted;
  } finally {
    await serving.close();
  }
}
