import type { RunReader } from '../activities/run-reader.ts';
import { atListPrices } from '../domain/money/price-table.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { DatasetStore } from '../domain/stores/dataset-store.ts';
import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';
import { readFrozenDatasets } from './frozen-dataset.ts';

/** For this long a run is not asked for again. */
const specFreshMs = 1000;

/**
 * Reads runs and their frozen datasets. A spec is read again every second, so that a drive that is
 * open when its run is given again takes up changed addresses and limits, and calls are priced by
 * the list of their day; a dataset never changes, and only the stretches that are worked on are
 * kept in memory.
 */
export function createRunReader({
  runs,
  blobs,
  datasets,
  now = Date.now,
}: {
  readonly runs: Pick<RunStore, 'get' | 'position' | 'videoIds'>;
  readonly blobs: Pick<BlobStore, 'get'>;
  readonly datasets: Pick<DatasetStore, 'chunks'>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}): RunReader & {
  /** The run's videos in the order of its items. */
  videoIds(runId: string): Promise<string[]>;
} {
  const records = new Map<string, { readonly run: Promise<RunRecord>; readonly readAt: number }>();
  const frozen = readFrozenDatasets(blobs, datasets);

  const record = (runId: string): Promise<RunRecord> => {
    const known = records.get(runId);
    if (known !== undefined && performance.now() - known.readAt < specFreshMs) return known.run;
    const run = readRun(runs, runId, now());
    records.set(runId, { run, readAt: performance.now() });
    run.catch(() => records.delete(runId));
    return run;
  };
  return {
    spec: async (runId) => (await record(runId)).spec,
    item: async (runId, itemId) => {
      const { spec } = await record(runId);
      const place = await runs.position(runId, itemId);
      const item = await frozen.item(spec.dataset.hash, itemId, place);
      if (item !== undefined) return item;
      throw new StepError(
        'storage',
        'fail',
        `Item ${itemId} is not in the frozen dataset of ${runId}`,
      );
    },
    videoIds: (runId) => runs.videoIds(runId),
  };
}

async function readRun(
  runs: Pick<RunStore, 'get'>,
  runId: string,
  now: number,
): Promise<RunRecord> {
  const run = await runs.get(runId);
  const today = new Date(now).toISOString().slice(0, 10);
  if (run !== null) return { ...run, spec: atListPrices(run.spec, today) };
  throw new StepError('storage', 'fail', `Run ${runId} is not in the database`);
}
