import { thawItems } from '../domain/frozen-items.ts';
import type { Item } from '../domain/item.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { DatasetChunk, DatasetStore } from '../domain/stores/dataset-store.ts';

/** Stretches kept in memory at once: more than a window of items is ever spread over. */
const stretchesKept = 16;
/** Whole datasets kept at once; only those frozen by version 0.2 are read whole. */
const datasetsKept = 2;
/** Lists of stretches kept at once. */
const listsKept = 8;

export type FrozenDatasets = {
  /** An item, which is looked for at its place first; undefined when the dataset has no such item. */
  item(datasetHash: string, itemId: string, place: number | null): Promise<Item | undefined>;
};

/** Reads items of frozen datasets, and keeps in memory the stretches that are being worked on. */
export function readFrozenDatasets(
  blobs: Pick<BlobStore, 'get'>,
  datasets: Pick<DatasetStore, 'chunks'>,
): FrozenDatasets {
  const readItems = async (hash: string): Promise<Map<string, Item>> =>
    new Map(thawItems(await blobs.get(hash)).map((item) => [item.itemId, item]));
  const lists = keepLatest(listsKept, (hash) => datasets.chunks(hash));
  const stretches = keepLatest(stretchesKept, readItems);
  const wholes = keepLatest(datasetsKept, readItems);

  return {
    async item(datasetHash, itemId, place) {
      const chunks = await lists(datasetHash);
      const chunk = place === null ? undefined : chunkAt(chunks, place);
      const found = chunk && (await stretches(chunk.artifact)).get(itemId);
      return found ?? (await wholes(datasetHash)).get(itemId);
    },
  };
}

function chunkAt(chunks: readonly DatasetChunk[], place: number): DatasetChunk | undefined {
  return chunks.findLast(({ firstPlace }) => firstPlace <= place);
}

/** Asks once per key, and forgets the key unused for longest, and what failed. */
function keepLatest<Value>(
  capacity: number,
  read: (key: string) => Promise<Value>,
): (key: string) => Promise<Value> {
  const kept = new Map<string, Promise<Value>>();
  return (key) => {
    const value = kept.get(key) ?? read(key);
    // Map keeps the order of insertion: the first key is the one unused for longest.
    kept.delete(key);
    kept.set(key, value);
    value.catch(() => kept.delete(key));
    const oldest = kept.keys().next();
    if (kept.size > capacity && oldest.done === false) kept.delete(oldest.value);
    return value;
  };
}
