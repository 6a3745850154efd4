import {
  ActivityCancellationType,
  isCancellation,
  proxyActivities,
  TemporalFailure,
} from '@temporalio/workflow';
import type { JudgeActivities } from '../activities/judge.ts';
import type { JudgementState } from '../domain/judging/judgement.ts';
import type { JudgeInput, PendingJudgement } from '../domain/workflow-contract.ts';
import { failureOf, isBudgetStop } from './item-failure.ts';
import { retryPolicy } from './retry-policy.ts';

/** How a judgement ended; null where it did not. `stops`: no further one should be begun. */
export type JudgeOneEnd = { readonly state: JudgementState | null; readonly stops: boolean };

/** Asks one judge about one answer. Never throws. */
export async function judgeOne(
  { runId, queues }: JudgeInput,
  judging: number,
  { id, judge, itemId, sample, about }: PendingJudgement,
): Promise<JudgeOneEnd> {
  const { judgeAnswer } = proxyActivities<JudgeActivities>({
    taskQueue: queues[judge] ?? '',
    summary: `${about} of ${itemId}`.slice(0, 200),
    // The call's own deadline is much shorter; this also covers waiting for a free place.
    startToCloseTimeout: '6 hours',
    // A lost worker is noticed within this.
    heartbeatTimeout: '15 seconds',
    // A call in flight is paid for: it finishes and its judgement is kept.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: retryPolicy,
  });
  try {
    const { state } = await judgeAnswer({ runId, judging, judgementId: id, itemId, sample });
    return { state: state === 'ended' ? null : state, stops: false };
  } catch (error) {
    if (isCancellation(error)) return { state: null, stops: true };
    if (!(error instanceof TemporalFailure)) return { state: 'failed', stops: true };
    if (isBudgetStop(error)) return { state: null, stops: true };
    const { stopsRun } = failureOf(error);
    return { state: stopsRun ? null : 'failed', stops: stopsRun };
  }
}
