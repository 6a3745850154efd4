import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { fairnessKey } from '../domain/fairness-key.ts';
import { orchestrationQueue } from '../domain/queues.ts';
import { judgeQueuesOf } from '../domain/run-queues.ts';
import { searchAttributeTypes as types } from '../domain/search-attributes.ts';
import type { JudgementStore } from '../domain/stores/judgement-store.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';
import { judgeWorkflowId } from '../domain/workflow-contract.ts';
import type { judgeAnswers } from '../workflows/index.ts';
import { workflowState } from './workflow-state.ts';

/**
 * Starts judging the answers of a run, or joins the workflow that does.
 *
 * @param redraws  ask judges anew whose reply could not be read
 */
export async function startJudging(
  client: Client,
  { runId, spec }: Pick<RunRecord, 'runId' | 'spec'>,
  redraws: boolean,
): Promise<void> {
  const { dataset, strategy, run } = spec;
  const queues = judgeQueuesOf(spec) ?? {};
  await client.workflow.start<typeof judgeAnswers>('judgeAnswers', {
    workflowId: judgeWorkflowId(runId),
    taskQueue: orchestrationQueue,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    priority: { fairnessKey: fairnessKey(runId) },
    typedSearchAttributes: [
      { key: defineSearchAttributeKey('EvalRunId', types.EvalRunId), value: runId },
      { key: defineSearchAttributeKey('Dataset', types.Dataset), value: dataset.datasetId },
      { key: defineSearchAttributeKey('Strategy', types.Strategy), value: strategy.name },
    ],
    staticSummary: `judging of ${dataset.datasetId}`,
    args: [{ runId, queues, window: run.itemsInFlight, redraws, progress: null }],
  });
}

/**
 * Ends the judging of a run; judgements in flight finish and are kept.
 *
 * @returns false when nobody is judging it
 */
export async function cancelJudging(client: Client, runId: string): Promise<boolean> {
  if ((await workflowState(client, judgeWorkflowId(runId))) !== 'running') return false;
  await client.workflow.getHandle(judgeWorkflowId(runId)).cancel();
  return true;
}

/** Closes judgings whose workflow has ended or is unknown to the server, so that nobody waits for them. */
export async function closeEndedJudgings(
  client: Client,
  judgements: Pick<JudgementStore, 'listOpen' | 'close'>,
): Promise<void> {
  for (const { runId, judging } of await judgements.listOpen()) {
    if ((await workflowState(client, judgeWorkflowId(runId))) === 'running') continue;
    await judgements.close(runId, judging, 'cancelled');
  }
}
