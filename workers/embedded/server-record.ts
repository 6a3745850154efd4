import { access, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { replaceFile } from './replace-file.ts';
import type { StateFolder } from './state-folder.ts';

const serverRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** What made the database; written once its first start was complete, so null means incomplete. */
  createdBy: z
    .strictObject({
      binary: z.string(),
      cliVersion: z.string(),
      serverVersion: z.string(),
      at: z.string(),
    })
    .nullable(),
  /** Of the latest start; taken again where they are free. */
  ports: z.strictObject({ grpc: z.int(), ui: z.int() }).nullable(),
});

/** What `server.json` remembers about the database beside it. */
export type ServerRecord = z.infer<typeof serverRecordSchema>;
/** The binary and versions that made a database. */
export type DatabaseOrigin = NonNullable<ServerRecord['createdBy']>;

const nothingYet: ServerRecord = { schemaVersion: 1, createdBy: null, ports: null };

/**
 * Reads `server.json`. A record whose database is gone keeps its ports and forgets its origin.
 *
 * @throws {EnvironmentError} when the file is damaged: guessing could open the database with the wrong version
 */
export async function readServerRecord(folder: StateFolder): Promise<ServerRecord> {
  const text = await readIfPresent(folder.serverRecordFile);
  if (text === null) return nothingYet;
  const record = parseRecord(text, folder);
  return (await exists(folder.databaseFile)) ? record : { ...record, createdBy: null };
}

export async function writeServerRecord(folder: StateFolder, record: ServerRecord): Promise<void> {
  await replaceFile(folder.serverRecordFile, `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Moves a database whose first start did not complete to `temporal.db.incomplete-<n>`: it may lack
 * tables, and the server does not repair that. Returns the new path, or null if none was there.
 * Only for a record without `createdBy`, and only while no server runs on the file.
 */
export async function moveIncompleteDatabaseAside(folder: StateFolder): Promise<string | null> {
  let number = 1;
  let aside = '';
  do aside = `${folder.databaseFile}.incomplete-${number++}`;
  while (await exists(aside));

  let moved = false;
  // The write-ahead log first: left behind, it would be replayed into the next database.
  for (const suffix of ['-wal', '-shm', '']) {
    const part = `${folder.databaseFile}${suffix}`;
    if (!(await exists(part))) continue;
    await rename(part, `${aside}${suffix}`);
    moved = true;
  }
  return moved ? aside : null;
}

function parseRecord(text: string, folder: StateFolder): ServerRecord {
  try {
    return serverRecordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EnvironmentError(
      `${folder.serverRecordFile} cannot be read, so it is unknown which Temporal version made ` +
        `${folder.databaseFile}. Restore it, or remove it to start with an empty server (the old ` +
        `database is then kept beside the new one): rm '${folder.serverRecordFile}'`,
      { cause },
    );
  }
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
