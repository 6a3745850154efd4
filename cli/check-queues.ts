import type { Client } from '@temporalio/client';
import { unpolledQueues } from '../client/queue-pollers.ts';
import { orchestrationQueue } from '../domain/queues.ts';
import { judgeQueuesOf, queuesOf } from '../domain/run-queues.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { EnvironmentError } from '../domain/errors/usage-error.ts';

/** Every queue that a run's work goes to. */
export function neededQueues(spec: RunSpec): string[] {
  const queues = Object.values(queuesOf(spec)).filter((queue) => queue !== null);
  const ofJudges = Object.values(judgeQueuesOf(spec) ?? {});
  return [...new Set([orchestrationQueue, ...queues, ...ofJudges])];
}

/** What to do about queues that nobody polls. */
export function unpolledAdvice(queues: readonly string[]): string {
  return (
    `No worker polls ${queues.join(', ')}. Start one with the run's keys and models: ` +
    '`videoqa worker --role all`.'
  );
}

/** @throws {EnvironmentError} naming the queues that no worker polls, and the command that would */
export async function refuseUnpolled(client: Client, queues: readonly string[]): Promise<void> {
  const unpolled = await unpolledQueues(client, queues);
  if (unpolled.length === 0) return;
  throw new EnvironmentError(`${unpolledAdvice(unpolled)} Nothing was started.`);
}
