import { openStores } from '../../workers/open-stores.ts';
import { compareRuns } from '../../results/compare-runs.ts';
import { summariseRun } from '../../results/summarise.ts';

/** Compares two runs of a state folder, the first being the baseline. */
export async function compareStored(home: string, runIds: readonly string[]) {
  const stores = await openStores(home, {});
  try {
    const summarised = await Promise.all(
      runIds.map(async (runId) => {
        const run = await stores.runs.get(runId);
        if (run === null) throw new Error(`there is no run ${runId}`);
        return summariseRun(stores, run, null);
      }),
    );
    return compareRuns(summarised);
  } finally {
    await stores.close();
  }
}
