import { workflowFailure, workflowState } from '../client/workflow-state.ts';
import { judgeQueuesOf } from '../domain/run-queues.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';
import { judgeWorkflowId } from '../domain/workflow-contract.ts';
import { closeEndedJudgings, startJudging } from '../client/judging.ts';
import { nameUnpolled } from './name-unpolled.ts';
import { printNote } from './output.ts';
import type { Session } from './session.ts';

const lineEveryMs = 30_000;

/**
 * Waits for the judging that a drive has left behind, where the run has judges; one that was ended
 * before all was judged goes on.
 */
export async function untilJudged(
  session: Session,
  run: RunRecord,
  interrupted: AbortSignal,
): Promise<void> {
  if (run.spec.judging === undefined || interrupted.aborted) return;
  const { client, stores } = session;
  const state = await workflowState(client, judgeWorkflowId(run.runId));
  const last = await stores.judgements.latest(run.runId);
  const isLeft = run.state === 'completed' && last?.state !== 'completed';
  if (state !== 'running' && isLeft) await startJudging(client, run, false);
  if (state === 'running' || isLeft) await watchJudging(session, run, interrupted);
}

/** Prints how far the judging of a run is until it has ended or the signal aborts. */
export async function watchJudging(
  session: Session,
  { runId, spec }: Pick<RunRecord, 'runId' | 'spec'>,
  interrupted: AbortSignal,
): Promise<void> {
  const { client, stores } = session;
  const workflowId = judgeWorkflowId(runId);
  const queues = nameUnpolled(session, Object.values(judgeQueuesOf(spec) ?? {}));
  printNote(`${runId}: judging the answers`);
  let nextLineAt = Date.now() + lineEveryMs;
  for (;;) {
    const state = await workflowState(client, workflowId).catch(() => 'running' as const);
    if (state !== 'running') break;
    if (interrupted.aborted) return;
    await queues.look();
    if (Date.now() >= nextLineAt) {
      printNote(`${runId}: ${await howFar(session, runId)}`);
      nextLineAt = Date.now() + lineEveryMs;
    }
    await Promise.race([new Promise((go) => setTimeout(go, 500)), session.gone]);
  }
  // Ended from outside, it could not close what it had opened.
  await closeEndedJudgings(client, stores.judgements);
  printNote(`${runId}: ${await howFar(session, runId)}`);
  await noteStop(session, runId);
}

async function howFar({ stores }: Session, runId: string): Promise<string> {
  const totals = await stores.runs.judgementTotals(runId);
  const sum = (key: 'judged' | 'unparsed' | 'failed' | 'pending') =>
    totals.reduce((all, total) => all + total[key], 0);
  const [judged, unparsed, failed, pending] = [
    sum('judged'),
    sum('unparsed'),
    sum('failed'),
    sum('pending'),
  ];
  const all = judged + unparsed + failed + pending;
  return `${judged} of ${all} judgements made, ${unparsed} unparsed, ${failed} failed`;
}

/** Why a judging did not come to its end, and how it goes on. */
async function noteStop({ client, stores }: Session, runId: string): Promise<void> {
  const judging = await stores.judgements.latest(runId);
  const again = `\`videoqa judge ${runId}\` goes on and pays for nothing twice.`;
  if (judging?.state === 'cancelled') printNote(`${runId}: judging was ended; ${again}`);
  if (judging?.state === 'stopped') {
    const budget = 'the next judgement does not fit into the budget. Raise it, and run again';
    printNote(`${runId}: judging was stopped: ${judging.stopDetail?.message ?? budget}; ${again}`);
  }
  if (judging?.state !== 'failed') return;
  const failure = await workflowFailure(client, judgeWorkflowId(runId)).catch(() => null);
  printNote(`${runId}: judging failed: ${failure?.message ?? 'see the Temporal UI'}; ${again}`);
}
