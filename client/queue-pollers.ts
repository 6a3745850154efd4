import type { Client } from '@temporalio/client';
import { orchestrationQueue } from '../domain/queues.ts';

/** The queues among those named that no worker has polled of late. */
export async function unpolledQueues(client: Client, queues: readonly string[]): Promise<string[]> {
  const polled = await Promise.all(queues.map((queue) => isPolled(client, queue)));
  return queues.filter((_, index) => !polled[index]);
}

async function isPolled(client: Client, queue: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    // 1 = workflow, 2 = activity, as in Temporal's API.
    taskQueueType: queue === orchestrationQueue ? 1 : 2,
  });
  const recent = Date.now() - 60_000;
  return (pollers ?? []).some(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > recent,
  );
}
