import { unpolledQueues } from '../client/queue-pollers.ts';
import { reconcileDrive } from '../client/start-drive.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';
import { neededQueues, unpolledAdvice } from './check-queues.ts';
import { printNote } from './output.ts';
import type { Session } from './session.ts';

const lookEveryMs = 5000;
/** A worker that has just been started may take this long to see the run. */
const queuePatienceMs = 20_000;

/**
 * Looks every few seconds at what the database cannot tell: whether the root workflow still runs
 * (it may have been terminated in the Temporal UI), and, on a cluster, whether every queue is polled.
 */
export function watchServer(session: Pick<Session, 'stores' | 'client' | 'role'>) {
  const startedAt = Date.now();
  let nextLookAt = startedAt + lookEveryMs;
  let named = '';
  return {
    async look(run: RunRecord): Promise<void> {
      if (Date.now() < nextLookAt) return;
      nextLookAt = Date.now() + lookEveryMs;
      try {
        const newest = await session.stores.runs.get(run.runId);
        if (
          newest !== null &&
          (await reconcileDrive(session.client, session.stores.runs, newest))
        ) {
          printNote(`${run.runId}: its workflow was ended from outside; the same command goes on.`);
        }
        if (session.role !== 'cluster' || Date.now() - startedAt < queuePatienceMs) return;
        const unpolled = await unpolledQueues(session.client, neededQueues(run.spec));
        if (unpolled.join() !== named && unpolled.length > 0) printNote(unpolledAdvice(unpolled));
        named = unpolled.join();
      } catch {
        // The server is away for a moment: it is asked again.
      }
    },
  };
}
