import type { Client } from '@temporalio/client';
import { orchestrationQueue } from '../domain/queues.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { evaluationWorkflowId, type RunQueues } from '../domain/workflow-contract.ts';
import type { evaluate } from '../workflows/index.ts';

/** As the product cuts its shards. */
const shardLimit = 1000;

/** The same kinds of work, all on the queue of the workflows. */
export function onOneQueue(queues: RunQueues): RunQueues {
  const own = (queue: string | null): string | null => (queue === null ? null : orchestrationQueue);
  return {
    plan: orchestrationQueue,
    answer: orchestrationQueue,
    image: own(queues.image),
    embed: own(queues.embed),
    index: own(queues.index),
    media: own(queues.media ?? null),
  };
}

/**
 * Runs the first drive of a run to its end, with the input that the product gives it, and returns
 * the number of shards.
 *
 * @throws {Error} when it did not work off all items
 */
export async function driveTree(
  client: Client,
  spec: RunSpec,
  { items, queues }: { readonly items: number; readonly queues: RunQueues },
): Promise<number> {
  const { runId, dataset, strategy, run } = spec;
  const result = await client.workflow.execute<typeof evaluate>('evaluate', {
    workflowId: evaluationWorkflowId(runId),
    taskQueue: orchestrationQueue,
    args: [
      {
        runId,
        drive: 1,
        dataset: dataset.datasetId,
        strategy: strategy.name,
        queues,
        window: run.itemsInFlight,
        shardLimit,
      },
    ],
  });
  if (result.items !== items || result.isStopped) {
    throw new Error(`The drive ended early: ${JSON.stringify(result)}`);
  }
  return result.shards;
}
