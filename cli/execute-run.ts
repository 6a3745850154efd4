import { closeEndedJobs } from '../client/index-job.ts';
import { closeEndedJudgings } from '../client/judging.ts';
import { reconcileDrive, tellWorkflow } from '../client/root-workflow.ts';
import { startDrive, untilRootEnded } from '../client/start-drive.ts';
import type { RootFailure } from '../client/workflow-state.ts';
import { orchestrationQueue } from '../domain/queues.ts';
import { keysNeeded } from '../domain/run-queues.ts';
import type { DriveSelection, RunRecord } from '../domain/stores/run-store.ts';
import type { RunSummary } from '../domain/summary.ts';
import { EnvironmentError } from '../domain/errors/usage-error.ts';
import { runInTemporalUi, summariseRun } from '../results/summarise.ts';
import { noteBudgetStop } from './budget-notes.ts';
import type { Stores } from '../workers/open-stores.ts';
import { refuseUnpolled } from './check-queues.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { findRun } from './find-run.ts';
import { listenForInterruption } from './interruption.ts';
import { printData, printJson, printNote } from './output.ts';
import { renderSummary } from './render/summary-view.ts';
import { untilJudged } from './judge-run.ts';
import { judgedExitCode } from './judging-exit-code.ts';
import type { Session } from './session.ts';
import { watchServedRun } from './watch-run.ts';

/** Starts a drive (or joins the one at work), shows it to its end, and prints the summary. */
export async function executeRun(
  session: Session,
  run: RunRecord,
  options: { readonly selection: DriveSelection; readonly json: boolean },
): Promise<ExitCode> {
  const interrupted = interruption(session);
  const summary = await driveRun(session, run, options.selection, interrupted);
  if (options.json) printJson(summary);
  else printData(renderSummary(summary));
  if (interrupted.aborted) return exitCodes.interrupted;
  if (session.role === 'holder') await waitForOtherRuns(session, interrupted);
  return judgedExitCode(session.stores, summary, run.spec);
}

/** One drive from start to end. Returns how the run stands then, also when it was interrupted. */
export async function driveRun(
  session: Session,
  run: RunRecord,
  selection: DriveSelection,
  interrupted: AbortSignal,
): Promise<RunSummary> {
  const { client, stores, uiUrl, namespace } = session;
  const temporalUi = uiUrl === null ? null : runInTemporalUi(uiUrl, namespace, run.runId);
  await session.serve(run.spec, keysNeeded(run.spec));
  if (session.role === 'cluster') await refuseUnpolled(client, [orchestrationQueue]);
  await reconcileDrive(client, stores.runs, await findRun(stores.runs, run.runId));
  await untilCancelledEnded(session, run.runId, interrupted);
  const started = await startDrive(client, stores.runs, run, selection);
  if (started.drive !== null) {
    printNote(`${run.runId}: drive ${started.drive} over ${started.selected} items`);
  } else if (started.openDrive !== null) {
    printNote(`${run.runId}: joining drive ${started.openDrive}, which is at work`);
    // It was given again, maybe with another number of items in flight.
    await tellWorkflow(client, stores.runs, run.runId);
  } else if (selection.kind === 'retry') {
    printNote(`${run.runId}: nothing to retry: no item that is not answered matches.`);
  }
  const current = await findRun(stores.runs, run.runId);
  if (current.state === 'paused') {
    printNote(`${run.runId} is paused; \`videoqa resume ${run.runId}\` lets it go on. Waiting.`);
  }
  if (current.driveIsOpen) {
    await watchServedRun(session, run.runId, { signal: interrupted, temporalUi });
  }
  const ended = await findRun(stores.runs, run.runId);
  if (!ended.driveIsOpen) {
    await reportFailure(await rootFailure(session, run.runId), ended);
    await untilJudged(session, ended, interrupted);
  }
  const { summary } = await summariseRun(stores, ended, temporalUi);
  await noteEnd(stores, ended, summary);
  return summary;
}

/** What is left to do or to know when a run is not watched any more. */
async function noteEnd(
  { calls }: Pick<Stores, 'calls'>,
  ended: RunRecord,
  summary: RunSummary,
): Promise<void> {
  const { running, pending } = summary.counts;
  if (!ended.driveIsOpen && running + pending > 0)
    printNote(
      `${ended.runId}: ${running + pending} items have not ended; \`videoqa run\` goes on.`,
    );
  if (ended.stopReason === 'budget') await noteBudgetStop(calls, ended.runId);
  if (ended.stopDetail !== null)
    printNote(`${ended.runId} was stopped: ${ended.stopDetail.message}`);
}

/** A drive that was cancelled ends before the run goes on. */
async function untilCancelledEnded(
  { stores, gone }: Session,
  runId: string,
  interrupted: AbortSignal,
): Promise<void> {
  const isEnding = async () => {
    const { driveIsOpen, state } = await findRun(stores.runs, runId);
    return driveIsOpen && state === 'cancelled';
  };
  if (!(await isEnding())) return;
  printNote(`${runId} was cancelled: what is in flight ends first, then the run goes on.`);
  while (!interrupted.aborted && (await isEnding()))
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 200)), gone]);
}

/** Why the root failed, if it did. Rows are all there: a server that is gone by now is no error. */
async function rootFailure({ client }: Session, runId: string): Promise<RootFailure | null> {
  return untilRootEnded(client, runId).catch(() => null);
}

/** @throws {EnvironmentError} when the run could not start: nothing was paid */
async function reportFailure(failure: RootFailure | null, run: RunRecord): Promise<void> {
  if (run.state !== 'failed' || failure === null) return;
  if (failure.type !== 'embedding_failed') printNote(`${run.runId} failed: ${failure.message}`);
  else throw new EnvironmentError(`${run.runId} did not start: ${failure.message}`);
}

/** Ctrl-C detaches from a cluster or another process's run, and stops the embedded one cleanly. */
export function interruption(session: Pick<Session, 'role'>): AbortSignal {
  return listenForInterruption(() =>
    printNote(
      session.role === 'holder'
        ? 'Stopping: calls in flight finish, then everything stops. The same command goes on later. Ctrl-C again kills.'
        : 'Detached; the run goes on.',
    ),
  );
}

/** Other processes may have submitted runs or index jobs to this one: it stays until they have ended. */
export async function waitForOtherRuns(session: Session, interrupted: AbortSignal): Promise<void> {
  let said = false;
  const seen = new Set<string>();
  while (!interrupted.aborted) {
    const open = (await session.stores.runs.openDrives()).map(({ runId }) => runId);
    open.forEach((runId) => seen.add(runId));
    await closeEndedJobs(session.client, session.stores.indexJobs).catch(() => undefined);
    open.push(...(await session.stores.indexJobs.listOpen()).map(({ jobId }) => jobId));
    await closeEndedJudgings(session.client, session.stores.judgements).catch(() => undefined);
    open.push(...(await session.stores.judgements.listOpen()).map(({ runId }) => runId));
    if (open.length === 0) {
      // Their drives are closed a moment before their workflows are.
      await Promise.all([...seen].map((runId) => rootFailure(session, runId)));
      return;
    }
    if (!said) printNote(`Staying for ${open.join(', ')}, submitted by other processes.`);
    said = true;
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 500)), session.gone]);
  }
}
