import {
  type ChildWorkflowHandle,
  isCancellation,
  sleep,
  startChild,
  TerminatedFailure,
  ChildWorkflowFailure,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { ItemEnd } from '../domain/stores/run-store.ts';
import {
  itemWorkflowId,
  type ItemInput,
  type ShardInput,
  type SliceItem,
  type VideoIndex,
} from '../domain/workflow-contract.ts';
import { evaluateItem } from './evaluate-item.ts';
import { failureOf } from './item-failure.ts';
import { runAttributes } from './search-attributes.ts';

/** An earlier run of the same item may still be closing; after this long it counts as a failure. */
const startPatienceSeconds = 60;

/** How an item ended, and whether no further one should be started. */
export type RunItemEnd = { readonly end: ItemEnd; readonly stopsRun: boolean };

/** Runs one item as a child workflow and tells how it ended. Never throws. */
export async function runItem(
  input: ShardInput,
  item: SliceItem,
  index: Promise<VideoIndex | null> | null,
): Promise<RunItemEnd> {
  const { itemId, sample } = item;
  let workflowRunId: string | null = null;
  try {
    const child = await startItem(input, item, await index);
    workflowRunId = child.firstExecutionRunId;
    const { outcome } = await child.result();
    const end: ItemEnd = { itemId, sample, outcome, failure: null, workflowRunId };
    return { end, stopsRun: outcome === 'skipped' };
  } catch (error) {
    if (wasEndedByHand(error)) {
      const end: ItemEnd = {
        itemId,
        sample,
        outcome: 'cancelled',
        failure: null,
        workflowRunId,
      };
      return { end, stopsRun: false };
    }
    const { stopsRun, ...failure } = failureOf(
      error instanceof Error ? error : new Error(String(error)),
    );
    return { end: { itemId, sample, outcome: 'failed', failure, workflowRunId }, stopsRun };
  }
}

async function startItem(
  input: ShardInput,
  item: SliceItem,
  index: VideoIndex | null,
): Promise<ChildWorkflowHandle<typeof evaluateItem>> {
  const { runId, drive, strategy, queues, embedder } = input;
  const { itemId, sample, workflowKey, videoId } = item;
  const args: [ItemInput] = [
    {
      ref: { runId, drive, itemId, sample },
      strategy,
      queues,
      index,
      modelHash: embedder?.modelHash ?? null,
    },
  ];
  for (let waited = 0; ; waited += 2) {
    try {
      return await startChild(evaluateItem, {
        workflowId: itemWorkflowId(runId, workflowKey),
        args,
        typedSearchAttributes: runAttributes({ ...input, videoId }),
        staticSummary: `${itemId} on ${videoId}`.slice(0, 200),
      });
    } catch (error) {
      if (
        !(error instanceof WorkflowExecutionAlreadyStartedError) ||
        waited >= startPatienceSeconds
      )
        throw error;
      await sleep('2 seconds');
    }
  }
}

/** Cancelled with its run, or cancelled or terminated in the Temporal UI. */
function wasEndedByHand(error: unknown): boolean {
  return (
    isCancellation(error) ||
    (error instanceof ChildWorkflowFailure && error.cause instanceof TerminatedFailure)
  );
}
