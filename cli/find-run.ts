import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';
import { UsageError } from '../domain/errors/usage-error.ts';

/** @throws {UsageError} naming the runs there are */
export async function findRun(runs: RunStore, runId: string): Promise<RunRecord> {
  const run = await runs.get(runId);
  if (run !== null) return run;
  const known = (await runs.list()).map((other) => other.runId);
  const others = known.length === 0 ? 'There are no runs yet.' : `Runs here: ${known.join(', ')}.`;
  throw new UsageError(`There is no run ${runId} in this state folder. ${others}`);
}
