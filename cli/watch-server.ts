import { reconcileDrive } from '../client/root-workflow.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';
import { neededQueues } from './check-queues.ts';
import { nameUnpolled } from './name-unpolled.ts';
import { printNote } from './output.ts';
import type { Session } from './session.ts';

const lookEveryMs = 5000;

/**
 * Looks every few seconds at what the database cannot tell: whether the root workflow still runs
 * (it may have been terminated in the Temporal UI), and, on a cluster, whether every queue is polled.
 */
export function watchServer(session: Pick<Session, 'stores' | 'client' | 'role'>) {
  let nextLookAt = Date.now() + lookEveryMs;
  let queues: ReturnType<typeof nameUnpolled> | undefined;
  return {
    async look(run: RunRecord): Promise<void> {
      queues ??= nameUnpolled(session, neededQueues(run.spec));
      await queues.look();
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
      } catch {
        // The server is away for a moment: it is asked again.
      }
    },
  };
}
