import { freezeItems } from '../../domain/frozen-items.ts';
import type { Item } from '../../domain/item.ts';
import type { BlobStore } from '../../domain/stores/blob-store.ts';
import type { DatasetChunk, DatasetStore } from '../../domain/stores/dataset-store.ts';
import type { RunItem } from '../../domain/stores/run-store.ts';

/** Large enough to be few, small enough that a worker keeps only what it works on. */
const itemsPerChunk = 500;

/**
 * Stores a frozen dataset once more, cut into stretches in the order of work: whoever needs an item
 * reads the stretch around it, and memory does not grow with the dataset.
 *
 * @param ordered  of the same items, `ordinal` being an item's index in `items`
 */
export async function freezeChunks(
  { blobs, datasets }: { readonly blobs: Pick<BlobStore, 'put'>; readonly datasets: DatasetStore },
  datasetHash: string,
  items: readonly Item[],
  ordered: readonly RunItem[],
): Promise<void> {
  if ((await datasets.chunks(datasetHash)).length > 0) return;
  const chunks: DatasetChunk[] = [];
  for (let firstPlace = 0; firstPlace < ordered.length; firstPlace += itemsPerChunk) {
    const stretch = ordered.slice(firstPlace, firstPlace + itemsPerChunk);
    const content = freezeItems(stretch.map(({ ordinal }) => items[ordinal]!));
    chunks.push({ firstPlace, artifact: await blobs.put(content) });
  }
  // Last, in one transaction: chunks that are noted are all there.
  await datasets.noteChunks(datasetHash, chunks);
}
