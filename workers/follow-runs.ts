import { setTimeout as delay } from 'node:timers/promises';
import type { RunStore } from '../domain/stores/run-store.ts';
import type { RunWorkers } from './run-workers.ts';

export type Following = {
  /** Rejects when the database cannot be read any more. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
};

/**
 * Has a worker process serve every run that has an open drive, also those that other processes
 * submit later.
 *
 * @param forget  called for each new drive, so that changed limits and addresses are read again
 * @param intervalMs  how often the database is asked
 */
export function followRuns(
  runs: RunStore,
  workers: RunWorkers,
  forget: (runId: string) => void,
  intervalMs = 500,
): Following {
  const served = new Set<string>();
  const stopping = new AbortController();

  const serveNewDrives = async (): Promise<void> => {
    for (const { runId, drive } of await runs.openDrives()) {
      const name = `${runId}/${drive}`;
      if (served.has(name)) continue;
      forget(runId);
      const run = await runs.get(runId);
      if (run !== null) await workers.serve(run.spec);
      served.add(name);
    }
  };
  const loop = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await serveNewDrives();
      await delay(intervalMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  const failed = new Promise<never>((_, reject) => loop.catch(reject));
  failed.catch(() => undefined);
  return {
    failed,
    async stop() {
      stopping.abort();
      await loop.catch(() => undefined);
    },
  };
}
