import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type EvaluateInput, judgeWorkflowId } from '../domain/workflow-contract.ts';
import { judgeAnswers } from './judge-answers.ts';
import { runAttributes } from './search-attributes.ts';

/**
 * Has the answers of a drive judged, where the run has judges, by a workflow that outlives the drive.
 * One that is judging the run already finds the new answers itself.
 */
export async function startJudging(input: EvaluateInput): Promise<void> {
  const { runId, dataset, judgeQueues, window } = input;
  if (judgeQueues === undefined) return;
  try {
    await startChild(judgeAnswers, {
      workflowId: judgeWorkflowId(runId),
      args: [{ runId, queues: judgeQueues, window, redraws: false, progress: null }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: runAttributes({ ...input, videoId: null }),
      staticSummary: `judging of ${dataset}`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
