import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openBlobStore } from '../adapters/blobs/open-blob-store.ts';
import { type Database, openDatabase } from '../adapters/database/open-database.ts';
import type { BlobKeeping, BlobStore } from '../domain/stores/blob-store.ts';

/** The database and the blobs of one state folder, or of wherever the environment says they are. */
export type Stores = Database & { readonly blobs: BlobStore & BlobKeeping };

/** Opens both stores: `VIDEOQA_DATABASE_URL` and `VIDEOQA_BLOB_URL`, else files in the state folder. */
export async function openStores(
  stateFolder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Stores> {
  const inFolder = (name: string): string => pathToFileURL(join(stateFolder, name)).href;
  const blobs = openBlobStore(environment['VIDEOQA_BLOB_URL'] || inFolder('blobs'));
  const database = await openDatabase(
    environment['VIDEOQA_DATABASE_URL'] || inFolder('videoqa.db'),
    blobs,
  );
  return { ...database, blobs };
}
