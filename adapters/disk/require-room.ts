import { statfs } from 'node:fs/promises';
import { StepError } from '../../domain/errors/step-error.ts';

/** The largest reply of a model, and as much again for the database's own files. */
const leastFreeBytes = 128 * 1024 * 1024;

/** How long a look at the disk counts. */
const freshMs = 1000;

/** How soon somebody who was refused asks again. */
const fullMs = 15_000;

/** Free bytes for this user on the file system of a folder. */
type FreeBytes = (folder: string) => Promise<number>;

/**
 * Refuses while a disk has no room for a reply: what is paid for must be written down. Work goes on
 * by itself once there is room again.
 *
 * @param folders  one on each disk that matters; those that do not exist are left out
 */
export function createRoomCheck(
  folders: readonly string[],
  {
    freeBytes = freeBytesOf,
    now = () => performance.now(),
  }: { freeBytes?: FreeBytes; now?: () => number } = {},
) {
  let last: { readonly at: number; readonly full: Promise<string | null> } | null = null;
  const findFull = async (): Promise<string | null> => {
    for (const folder of folders) {
      const free = await freeBytes(folder).catch(() => Number.POSITIVE_INFINITY);
      if (free < leastFreeBytes) return folder;
    }
    return null;
  };
  /** @throws {StepError} class `storage`, action `wait` */
  return async function requireRoom(): Promise<void> {
    if (last === null || now() - last.at >= freshMs) last = { at: now(), full: findFull() };
    const folder = await last.full;
    if (folder === null) return;
    const what = `the disk of ${folder} has less than 128 MiB left; no call is paid for until it has more`;
    throw new StepError('storage', 'wait', what, { retryAfterMs: fullMs });
  };
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
