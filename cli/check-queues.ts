import type { Client } from '@temporalio/client';
import { unpolledQueues } from '../client/queue-pollers.ts';
import { orchestrationQueue } from '../domain/queues.ts';
import { queuesOf } from '../domain/run-queues.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { EnvironmentError } from '../domain/usage-error.ts';

/** @throws {EnvironmentError} naming the queues that no worker polls, and the command that would */
export async function refuseUnpolledQueues(client: Client, spec: RunSpec): Promise<void> {
  const needed = [
    orchestrationQueue,
    ...Object.values(queuesOf(spec)).filter((queue) => queue !== null),
  ];
  const unpolled = await unpolledQueues(client, [...new Set(needed)]);
  if (unpolled.length === 0) return;
  throw new EnvironmentError(
    `No worker polls ${unpolled.join(', ')}. Start one with this run's keys in its environment: ` +
      '`videoqa worker --role all`. Nothing was started.',
  );
}
