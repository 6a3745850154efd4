import { randomUUID } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import {
  findNewestClaim,
  isHolderAlive,
  readHolder,
  successorFile,
  type HolderRecord,
} from './holder-record.ts';
import { identifyProcess } from './process-identity.ts';
import { createFileDurably, replaceFile } from './replace-file.ts';

/** The lock on a state folder, held by this process until released or until the process ends. */
export type HolderLock = {
  record(): HolderRecord;
  /** Tells joiners something new; changes are written in the order of the calls. */
  update(
    changes: Partial<Omit<HolderRecord, 'nonce' | 'pid' | 'startTime' | 'host'>>,
  ): Promise<void>;
  /** Lets go; a second call does nothing. */
  release(): Promise<void>;
};

/**
 * Takes the lock if nobody has it or its holder is gone, else says who holds it. Of several processes
 * that try at once exactly one gets it.
 *
 * A claim is a complete file that appears by `link`, which fails if the name is taken: as the lock
 * file itself, or, to follow a holder that is gone, as the one successor of that holder's claim. Who
 * links last and reads itself back at the end of that chain is the holder, and moves its claim into
 * the place of the lock file. A claimant that looked too long ago finds the chain ending elsewhere
 * and withdraws, so nothing of a living holder is ever removed.
 */
export async function claimHolderLock(
  lockFile: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly lock: HolderLock } | { readonly holder: HolderRecord }> {
  const record = await describeThisProcess(environment);
  const draft = `${lockFile}.${record.nonce}.draft`;
  await createFileDurably(draft, serialize(record));
  try {
    for (;;) {
      const { holder } = await findNewestClaim(lockFile);
      if (holder !== null && (await isHolderAlive(holder, lockFile))) return { holder };
      const place = holder === null ? lockFile : successorFile(lockFile, holder.nonce);
      if (!(await linkUnlessTaken(draft, place))) continue;
      const newest = await findNewestClaim(lockFile);
      if (newest.holder?.nonce !== record.nonce) {
        await rm(place, { force: true });
        continue;
      }
      if (place !== lockFile) await rename(draft, lockFile);
      for (const passed of newest.trail) await rm(passed, { force: true });
      return { lock: holdLock(lockFile, record) };
    }
  } finally {
    await rm(draft, { force: true });
  }
}

function holdLock(lockFile: string, claimed: HolderRecord): HolderLock {
  let current = claimed;
  let isReleased = false;
  let lastWrite: Promise<void> = Promise.resolve();
  const afterLastWrite = (write: () => Promise<void>): Promise<void> => {
    const done = lastWrite.then(write);
    lastWrite = done.catch(() => undefined);
    return done;
  };
  return {
    record: () => current,
    update: (changes) =>
      afterLastWrite(async () => {
        if (isReleased) return;
        current = { ...current, ...changes };
        await replaceFile(lockFile, serialize(current));
      }),
    release: () =>
      afterLastWrite(async () => {
        if (isReleased) return;
        isReleased = true;
        const isStillOurs = (await readHolder(lockFile))?.nonce === claimed.nonce;
        if (isStillOurs) await rm(lockFile, { force: true });
      }),
  };
}

async function describeThisProcess(environment: NodeJS.ProcessEnv): Promise<HolderRecord> {
  const self = await identifyProcess(process.pid);
  if (self === null) {
    throw new EnvironmentError(
      `The start time of this process (${process.pid}) cannot be read, so the state folder cannot ` +
        `be locked. It is looked for in /proc on Linux and with ps elsewhere: ps -p ${process.pid} -o lstart`,
    );
  }
  return {
    nonce: randomUUID(),
    ...self,
    host: hostname(),
    state: 'starting',
    ports: null,
    binary: null,
    version: null,
    serverPid: null,
    environmentNames: Object.keys(environment)
      .filter((name) => environment[name])
      .toSorted(),
  };
}

async function linkUnlessTaken(draft: string, place: string): Promise<boolean> {
  try {
    await link(draft, place);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function serialize(record: HolderRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
