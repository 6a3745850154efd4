import type { RunStore } from '../domain/stores/run-store.ts';
import type { RunWorkers } from './run-workers.ts';

/**
 * Has a worker process serve every run that has an open drive, also those that other processes
 * submit later.
 *
 * @param forget  called for each new drive, so that changed limits and addresses are read again
 * @returns stops following
 */
export function followRuns(
  runs: RunStore,
  workers: RunWorkers,
  forget: (runId: string) => void,
  intervalMs = 500,
): { readonly stop: () => Promise<void>; readonly failed: Promise<never> } {
  const served = new Set<string>();
  let isStopped = false;
  const look = async (): Promise<void> => {
    for (const { runId, drive } of await runs.openDrives()) {
      if (served.has(`${runId}/${drive}`)) continue;
      forget(runId);
      const run = await runs.get(runId);
      if (run !== null) await workers.serve(run.spec);
      served.add(`${runId}/${drive}`);
    }
  };
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  const loop = (async () => {
    while (!isStopped) {
      await look().catch(fail);
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  })();
  return {
    failed,
    async stop() {
      isStopped = true;
      await loop;
    },
  };
}
