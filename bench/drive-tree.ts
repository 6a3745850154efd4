import type { Client } from '@temporalio/client';
import { orchestrationQueue } from '../domain/queues.ts';
import { queuesOf } from '../domain/run-queues.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { evaluationWorkflowId } from '../domain/workflow-contract.ts';
import type { evaluate } from '../workflows/index.ts';

/** As the product cuts its shards. */
const shardLimit = 1000;

/**
 * Runs the first drive of a run to its end, with the input that the product gives it, and returns
 * the number of shards.
 *
 * @throws {Error} when it did not work off all items
 */
export async function driveTree(client: Client, spec: RunSpec, items: number): Promise<number> {
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
        queues: queuesOf(spec),
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
