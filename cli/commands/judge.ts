import { cancelJudging, startJudging } from '../../client/judging.ts';
import { workflowState } from '../../client/workflow-state.ts';
import type { ScheduledJudgements } from '../../domain/judging/scheduled-judgements.ts';
import { orchestrationQueue } from '../../domain/queues.ts';
import { judgeKeysNeeded } from '../../domain/run-queues.ts';
import { isSimulated } from '../../domain/run-spec.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { judgeWorkflowId } from '../../domain/workflow-contract.ts';
import { judgeAgreement } from '../../results/judge-agreement.ts';
import { createJudgeCount } from '../../results/judge-report.ts';
import { summariseJudges } from '../../results/judge-summary.ts';
import { readScheduled } from '../../results/summarise.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { refuseUnpolled } from '../check-queues.ts';
import { interruption, waitForOtherRuns } from '../execute-run.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findRun } from '../find-run.ts';
import { watchJudging } from '../judge-run.ts';
import { judgingExitCode } from '../judging-exit-code.ts';
import { printData, printJson, printNote } from '../output.ts';
import { renderJudging } from '../render/judge-view.ts';
import { openServingClient } from '../serving-client.ts';
import { openReadingSession, openSession, type ReadingSession, type Session } from '../session.ts';

export type JudgeOptions = {
  readonly unparsed?: boolean;
  readonly stop?: boolean;
  readonly json?: boolean;
};

/** `judge`: has the answers of a run judged that are not yet, waits, and prints what the judges say. */
export async function judge(runId: string, options: JudgeOptions): Promise<ExitCode> {
  const reading = await openReadingSession();
  try {
    refuseUnjudged(await findRun(reading.stores.runs, runId));
    if (options.stop) return await stop(reading, runId);
  } finally {
    await reading.close();
  }
  const session = await openSession();
  try {
    return await judgeIn(session, runId, options);
  } finally {
    await session.close();
  }
}

async function judgeIn(
  session: Session,
  runId: string,
  { unparsed = false, json = false }: JudgeOptions,
): Promise<ExitCode> {
  const { client, stores, role } = session;
  const run = await findRun(stores.runs, runId);
  const keys = judgeKeysNeeded(run.spec);
  if (role === 'holder') refuseMissingKeys(keys);
  const interrupted = interruption(session);
  await session.serveJudging(run.spec, keys);
  if (role === 'cluster') await refuseUnpolled(client, [orchestrationQueue]);
  await refuseInVain(session, runId, unparsed);
  await startJudging(client, run, unparsed);
  await watchJudging(session, run, interrupted);
  const judging = await stores.judgements.latest(runId);
  const { scheduledJudgements } = await readScheduled(stores.blobs, run.spec);
  const report = await reportJudging(stores, run, scheduledJudgements);
  if (json) {
    const { judging: number = 0, state = null, stopReason = null } = judging ?? {};
    printJson({ schemaVersion: 1, runId, judging: number, state, stopReason, ...report });
  } else printData(renderJudging(report, isSimulated(run.spec)));
  if (interrupted.aborted) return exitCodes.interrupted;
  if (role === 'holder') await waitForOtherRuns(session, interrupted);
  const totals = await stores.runs.judgementTotals(runId);
  return judgingExitCode(judging, summariseJudges(totals, scheduledJudgements), run.spec);
}

/** What the judges of a run say, and how far they agree with what is known. */
async function reportJudging(stores: Stores, run: RunRecord, scheduled: ScheduledJudgements) {
  const judges = createJudgeCount(run.spec.judging);
  for await (const row of stores.runs.rows(run.runId)) judges.add(row);
  return { judges: judges.total(scheduled), agreement: await judgeAgreement(stores, run) };
}

function refuseUnjudged({ runId, spec }: RunRecord): void {
  if (spec.judging !== undefined) return;
  throw new UsageError(
    `Run ${runId} has no judge. Who judges is part of what a run is: add models.judge and judge to ` +
      'its configuration and `videoqa run` it; the answers are taken from the call store, unpaid.',
  );
}

/** A judging at work asks nobody anew. */
async function refuseInVain(
  { client }: Session,
  runId: string,
  isAskedAnew: boolean,
): Promise<void> {
  if (!isAskedAnew || (await workflowState(client, judgeWorkflowId(runId))) !== 'running') return;
  throw new UsageError(
    `${runId} is being judged: --unparsed would do nothing. Give it again when that has ended, or ` +
      `end it first: \`videoqa judge ${runId} --stop\`.`,
  );
}

function refuseMissingKeys(keys: readonly string[]): void {
  const missing = keys.filter((variable) => !process.env[variable]);
  if (missing.length === 0) return;
  throw new UsageError(
    `${missing.join(', ')} is not set. Export the key of the judge's account under that name.`,
  );
}

async function stop({ folder }: ReadingSession, runId: string): Promise<ExitCode> {
  const serving = await openServingClient(folder);
  try {
    const isEnding = serving !== null && (await cancelJudging(serving.client, runId));
    const ending = 'judging ends when what is in flight has ended';
    printNote(`${runId}: ${isEnding ? ending : 'nobody is judging it now'}.`);
  } finally {
    await serving?.close();
  }
  return exitCodes.done;
}
