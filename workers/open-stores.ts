import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pathOfFileUrl } from '../adapters/blobs/file-url.ts';
import { openBlobStore } from '../adapters/blobs/open-blob-store.ts';
import { type Database, openDatabase } from '../adapters/database/open-database.ts';
import { createRoomCheck } from '../adapters/disk/require-room.ts';
import type { BlobKeeping, BlobStore } from '../domain/stores/blob-store.ts';

/** The database and the blobs of one state folder, or of wherever the environment says they are. */
export type Stores = Database & {
  readonly blobs: BlobStore & BlobKeeping;
  /** @throws {StepError} action `wait` while a disk has no room for what is paid for */
  readonly requireRoom: () => Promise<void>;
};

/** Opens both stores: `VIDEOQA_DATABASE_URL` and `VIDEOQA_BLOB_URL`, else files in the state folder. */
export async function openStores(
  stateFolder: string,
  environment: NodeJS.ProcessEnv,
): Promise<Stores> {
  const inFolder = (name: string): string => pathToFileURL(join(stateFolder, name)).href;
  const blobsUrl = environment['VIDEOQA_BLOB_URL'] || inFolder('blobs');
  const databaseUrl = environment['VIDEOQA_DATABASE_URL'] || inFolder('videoqa.db');
  const blobs = openBlobStore(blobsUrl);
  const database = await openDatabase(databaseUrl, blobs);
  const folders = [pathOfFileUrl(blobsUrl), dirname(pathOfFileUrl(databaseUrl) ?? stateFolder)];
  const requireRoom = createRoomCheck(folders.filter((folder) => folder !== null));
  return { ...database, blobs, requireRoom };
}
