import { randomUUID } from 'node:crypto';
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspectDatabase } from '../../adapters/database/inspect-database.ts';
import { isHolderAlive, readHolder } from '../../workers/embedded/holder-record.ts';
import { findServersOn } from '../../workers/embedded/running-servers.ts';
import type { StateFolder } from '../../workers/embedded/state-folder.ts';
import { type Finding, finding } from './check.ts';
import {
  judgeDatabase,
  judgeFileClock,
  judgeFreeSpace,
  judgeInodes,
  judgeLeftOvers,
  judgePermissions,
} from './judge-folder.ts';

const otherFolder = 'export VIDEOQA_HOME=<folder on a disk of this machine>';

/** The state folder as a place: room, rights, and what was left there. */
export async function checkFolder(folder: StateFolder): Promise<Finding[]> {
  const { path } = folder;
  const { bavail, bsize, ffree, files } = await statfs(path);
  return [
    judgePermissions(path, (await stat(path)).mode),
    judgeFreeSpace(bavail * bsize),
    judgeInodes({ free: ffree, total: files }),
    judgeFileClock(await fileClockAheadMs(path)),
    await finding('atomic writes', otherFolder, () => replaceDurably(path)),
    await finding('left-overs', 'videoqa down', async () =>
      judgeLeftOvers({
        holder: await holderState(folder),
        servers: (await findServersOn(folder.databaseFile)).length,
        incomplete: await incompleteDatabases(path),
      }),
    ),
  ];
}

/** What SQLite says of the database of runs; nothing while there is none. */
export async function checkDatabase(
  folder: StateFolder,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const url = environment['VIDEOQA_DATABASE_URL'];
  const path = url?.startsWith('file:') ? fileURLToPath(url) : join(folder.path, 'videoqa.db');
  let found: Finding[] = [];
  const looked = await finding('database integrity', 'videoqa verify', async () => {
    found = judgeDatabase({ path, ...(await inspectDatabase(path)) });
    return '';
  });
  return looked.ok ? found : [looked];
}

async function fileClockAheadMs(path: string): Promise<number> {
  const file = join(path, `.doctor-${randomUUID()}`);
  const before = Date.now();
  await writeFile(file, '');
  try {
    const { mtimeMs } = await stat(file);
    const after = Date.now();
    return mtimeMs > after ? mtimeMs - after : Math.min(0, mtimeMs - before);
  } finally {
    await rm(file, { force: true });
  }
}

/** Writes as the blob store does: a file beside, flushed, moved into place, with its folder flushed. */
async function replaceDurably(path: string): Promise<string> {
  const folder = join(path, `.doctor-${randomUUID()}`);
  await mkdir(folder);
  try {
    const [temporary, final] = [join(folder, 'temporary'), join(folder, 'final')];
    await writeFile(final, 'old');
    const handle = await open(temporary, 'wx');
    await handle.writeFile('new');
    await handle.sync();
    await handle.close();
    await rename(temporary, final);
    const place = await open(folder);
    await place.sync();
    await place.close();
    if ((await readFile(final, 'utf8')) !== 'new')
      throw new Error('a moved file has its old content');
    return 'a file is flushed and moved into place';
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function holderState({ lockFile }: StateFolder): Promise<'none' | 'alive' | 'dead'> {
  const holder = await readHolder(lockFile);
  if (holder === null) return 'none';
  return (await isHolderAlive(holder, lockFile)) ? 'alive' : 'dead';
}

async function incompleteDatabases(path: string): Promise<number> {
  const names = await readdir(path);
  return names.filter((name) => /^temporal\.db\.incomplete-\d+$/.test(name)).length;
}
