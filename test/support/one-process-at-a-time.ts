import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Longer than anything that is done under such a file: whoever holds it by then is another process. */
const patienceMs = 300_000;

/**
 * Does what no two processes of this machine may do at once.
 *
 * @param file  names the process that is at it; gone when nobody is
 */
export async function oneProcessAtATime<Result>(
  file: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const deadline = Date.now() + patienceMs;
  while (!(await hasTaken(file)) && Date.now() < deadline) await delay(100);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function hasTaken(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // Empty while it is being written.
  const holder = Number(await readFile(file, 'utf8').catch(() => ''));
  // A test run that was killed leaves it behind.
  if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
  return false;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
