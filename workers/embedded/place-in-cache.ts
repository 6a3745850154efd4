import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { identifyProcess } from './process-identity.ts';
import { inspectBinary } from './temporal-binary.ts';

const workPrefix = '.making-';

/**
 * Lets `make` produce a binary in a folder beside its place in the cache, tries it, and moves it there
 * in one step, so that no other process ever sees half a file. Folders of makers that died are removed.
 *
 * @throws {Error} what `make` throws, or why the binary does not run
 */
export async function placeInCache(
  cachedBinary: string,
  make: (workFolder: string) => Promise<string>,
): Promise<void> {
  const shelf = dirname(cachedBinary);
  await mkdir(shelf, { recursive: true });
  await removeAbandonedWork(shelf);
  const workFolder = await mkdtemp(join(shelf, `${workPrefix}${process.pid}-`));
  try {
    const made = await make(workFolder);
    await chmod(made, 0o755);
    const inspected = await inspectBinary(made);
    if (typeof inspected === 'string') throw new Error(`The binary that was made ${inspected}`);
    await rename(made, cachedBinary);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function removeAbandonedWork(shelf: string): Promise<void> {
  for (const name of await readdir(shelf)) {
    if (!name.startsWith(workPrefix)) continue;
    const maker = Number.parseInt(name.slice(workPrefix.length), 10);
    if ((await identifyProcess(maker)) !== null) continue;
    await rm(join(shelf, name), { recursive: true, force: true });
  }
}
