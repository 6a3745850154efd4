import type { BlobKeeping, BlobStore } from '../../domain/stores/blob-store.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { openFileBlobStore } from './file-blob-store.ts';
import { pathOfFileUrl } from './file-url.ts';

/**
 * Opens the blob store at an address: `file:<folder>`.
 *
 * @throws {UsageError} for any other kind of address
 */
export function openBlobStore(url: string): BlobStore & BlobKeeping {
  const directory = pathOfFileUrl(url);
  if (directory !== null) return openFileBlobStore(directory);
  throw new UsageError(
    `VIDEOQA_BLOB_URL is "${url}", which this version cannot open. Use file:<folder>; ` +
      's3: comes with the work on many machines.',
  );
}
