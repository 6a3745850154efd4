import type { RunReader } from '../activities/run-reader.ts';
import type { Item } from '../domain/item.ts';
import { StepError } from '../domain/step-error.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';

/** Datasets kept in memory at once. */
const datasetsKept = 4;

/** For this long a run is not asked for again. */
const specFreshMs = 1000;

/**
 * Reads runs and their frozen datasets. A spec is read again every second, so that a drive that is
 * open when its run is given again takes up changed addresses and limits; a dataset never changes
 * and is kept by its hash.
 */
export function createRunReader(
  runs: RunStore,
  blobs: BlobStore,
  thawItems: (bytes: Uint8Array) => Item[],
): RunReader & {
  /** The run's videos in the order of its items. */
  videoIds(runId: string): Promise<string[]>;
} {
  const records = new Map<string, { readonly run: Promise<RunRecord>; readonly readAt: number }>();
  const datasets = new Map<string, Promise<Map<string, Item>>>();

  const record = (runId: string): Promise<RunRecord> => {
    const known = records.get(runId);
    if (known !== undefined && performance.now() - known.readAt < specFreshMs) return known.run;
    const run = readRun(runs, runId);
    records.set(runId, { run, readAt: performance.now() });
    run.catch(() => records.delete(runId));
    return run;
  };
  const dataset = (hash: string): Promise<Map<string, Item>> => {
    const known = datasets.get(hash) ?? readDataset(blobs, hash, thawItems);
    datasets.delete(hash);
    datasets.set(hash, known);
    known.catch(() => datasets.delete(hash));
    const [oldest] = datasets.keys();
    if (datasets.size > datasetsKept && oldest !== undefined) datasets.delete(oldest);
    return known;
  };
  return {
    spec: async (runId) => (await record(runId)).spec,
    item: async (runId, itemId) => {
      const { spec } = await record(runId);
      const item = (await dataset(spec.dataset.hash)).get(itemId);
      if (item !== undefined) return item;
      throw new StepError(
        'storage',
        'fail',
        `Item ${itemId} is not in the frozen dataset of ${runId}`,
      );
    },
    videoIds: async (runId) => {
      const items = await dataset((await record(runId)).spec.dataset.hash);
      return [...new Set([...items.values()].flatMap((item) => item.videoIds[0] ?? []))];
    },
  };
}

async function readRun(runs: RunStore, runId: string): Promise<RunRecord> {
  const run = await runs.get(runId);
  if (run !== null) return run;
  throw new StepError('storage', 'fail', `Run ${runId} is not in the database`);
}

async function readDataset(
  blobs: BlobStore,
  hash: string,
  thawItems: (bytes: Uint8Array) => Item[],
): Promise<Map<string, Item>> {
  return new Map(thawItems(await blobs.get(hash)).map((item) => [item.itemId, item]));
}
