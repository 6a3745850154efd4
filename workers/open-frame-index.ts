import type { OpenIndex } from '../activities/rank-videos.ts';
import { readFrameIndex } from '../adapters/index-files/frame-index.ts';
import { openFrameSearch } from '../adapters/search/frame-search.ts';
import { createOpenIndexes } from '../adapters/search/open-indexes.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';

/** Vectors kept open: an hour of video at one frame a second and 1,152 values is 17 MB. */
const capacityBytes = 2 ** 30;

/** Opens indexes for searching and keeps those used last open, by the blob that holds them. */
export function createIndexOpener(
  blobs: Pick<BlobStore, 'get'>,
): (artifact: string) => Promise<OpenIndex> {
  const opened = createOpenIndexes({
    capacityBytes,
    open: (artifact: string) => openIndex(blobs, artifact),
    byteLength: (index) => index.byteLength,
  });
  return (artifact) => opened.get(artifact);
}

async function openIndex(
  blobs: Pick<BlobStore, 'get'>,
  artifact: string,
): Promise<OpenIndex & { readonly byteLength: number }> {
  const { vectors, ...index } = readFrameIndex(await blobs.get(artifact));
  const search = openFrameSearch({ vectors, dimension: index.dimension });
  return { ...index, byteLength: search.byteLength, search: search.search };
}
