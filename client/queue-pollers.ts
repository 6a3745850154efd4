import type { Client } from '@temporalio/client';
import { orchestrationQueue } from '../domain/queues.ts';

/** Temporal's numbers for the two kinds of task queue. */
const queueType = { workflow: 1, activity: 2 } as const;

/** The queues among those named that no worker has polled of late. */
export async function unpolledQueues(client: Client, queues: readonly string[]): Promise<string[]> {
  const polled = await Promise.all(queues.map((queue) => isPolled(client, queue)));
  return queues.filter((_, index) => !polled[index]);
}

async function isPolled(client: Client, queue: string): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType:
queue === orchestrationQueue ? queueType.workflow : queueType.activity,
  });
  const recent = Date.now() - 60_000;
  return (pollers ?? []).some(
    ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 > recent,
  );
}
