import { unpolledQueues } from '../client/queue-pollers.ts';
import { unpolledAdvice } from './check-queues.ts';
import { printNote } from './output.ts';
import type { Session } from './session.ts';

const lookEveryMs = 5000;
/** A worker that has just been started may take this long to see the run. */
const patienceMs = 20_000;

/**
 * Names, on a cluster, the queues that nobody polls: each set of them once, with the command that
 * mends it.
 *
 * @param queues  those that the work goes to; null = none of this kind
 */
export function nameUnpolled(
  { client, role }: Pick<Session, 'client' | 'role'>,
  queues: readonly (string | null)[],
) {
  const startedAt = Date.now();
  const needed = queues.filter((queue) => queue !== null);
  let nextLookAt = startedAt + patienceMs;
  let named = '';
  return {
    /** Asks the server at most every few seconds; one that is away for a moment is asked again. */
    async look(): Promise<void> {
      if (role !== 'cluster' || Date.now() < nextLookAt) return;
      nextLookAt = Date.now() + lookEveryMs;
      const unpolled = await unpolledQueues(client, needed).catch(() => []);
      if (unpolled.join() !== named && unpolled.length > 0) printNote(unpolledAdvice(unpolled));
      named = unpolled.join();
    },
  };
}
