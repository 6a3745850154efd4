import { getExternalWorkflowHandle, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { type EvaluateInput, judgeWorkflowId } from '../domain/workflow-contract.ts';
import { judgeAnswers, lookAgain } from './judge-answers.ts';
import { runAttributes } from './search-attributes.ts';

/** A judging may end between the moment it is found at work and the moment it is told. */
const mostTries = 5;

/**
 * Has the answers of a drive judged, where the run has judges, by a workflow that outlives the drive.
 * One that is judging the run already is told that there are more.
 */
export async function startJudging(input: EvaluateInput): Promise<void> {
  const { judgeQueues } = input;
  if (judgeQueues === undefined) return;
  for (let tried = 1; ; tried += 1) {
    if (await starts({ ...input, judgeQueues })) return;
    try {
      await getExternalWorkflowHandle(judgeWorkflowId(input.runId)).signal(lookAgain);
      return;
    } catch (error) {
      if (tried === mostTries) throw error;
    }
  }
}

/** False when the run is being judged already. */
async function starts(
  input: EvaluateInput & { readonly judgeQueues: NonNullable<EvaluateInput['judgeQueues']> },
): Promise<boolean> {
  const { runId, dataset, judgeQueues, window } = input;
  try {
    await startChild(judgeAnswers, {
      workflowId: judgeWorkflowId(runId),
      args: [{ runId, queues: judgeQueues, window, redraws: false, progress: null }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: runAttributes({ ...input, videoId: null }),
      staticSummary: `judging of ${dataset}`,
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
