import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';
import type { StateFolder } from '../../workers/embedded/state-folder.ts';
import { openStores } from '../../workers/open-stores.ts';
import { broken, type Finding, finding } from './check.ts';
import { networkFileSystem } from './network-file-system.ts';

const otherFolder = 'export VIDEOQA_HOME=<folder on a disk of this machine>';

/** State folder, database and blobs: there, writable, and on a disk that SQLite can lock. */
export async function checkStorage(
  folder: StateFolder,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const databaseUrl = environment['VIDEOQA_DATABASE_URL'];
  const databaseFolder = databaseUrl?.startsWith('file:')
    ? dirname(fileURLToPath(databaseUrl))
    : folder.path;
  const [place, ...stores] = [
    await localDisk('state folder', folder.path, otherFolder),
    ...(databaseFolder === folder.path
      ? []
      : [
          await localDisk(
            'database folder',
            databaseFolder,
            'export VIDEOQA_DATABASE_URL=file:<path on a disk of this machine>',
          ),
        ]),
  ];
  return [place, ...stores, ...(await openedStores(folder, environment))];
}

function localDisk(check: string, path: string, fix: string): Promise<Finding> {
  return finding(check, fix, async () => {
    const network = await networkFileSystem(path);
    if (network === null) return path;
    const why = `${path} is on a network file system (${network}); SQLite cannot lock there`;
    return broken(check, why, fix);
  });
}

async function openedStores(
  folder: StateFolder,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const database = environment['VIDEOQA_DATABASE_URL'] || 'videoqa.db in the state folder';
  const blobs = environment['VIDEOQA_BLOB_URL'] || 'blobs/ in the state folder';
  const opened = await openStores(folder.path, environment).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  if (opened instanceof Error) return [broken('database', opened.message, otherFolder)];
  try {
    return [
      await finding('database', otherFolder, async () => {
        const runs = await opened.runs.list();
        // A row of the table of index chunks, under a key that no chunk can have.
        await opened.indexes.putChunk('doctor', 'doctor');
        return `${database}: writable, ${runs.length} runs`;
      }),
      await finding('blob store', 'export VIDEOQA_BLOB_URL=file:<folder>', async () => {
        await opened.blobs.get(await opened.blobs.put(Buffer.from('written by videoqa doctor\n')));
        return `${blobs}: writable`;
      }),
    ];
  } finally {
    await opened.close();
  }
}
