import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { isRunning } from './process-identity.ts';

const holderRecordSchema = z.looseObject({
  /** One claim of the lock, never used again. */
  nonce: z.string().regex(/^[\w-]+$/),
  pid: z.int(),
  /** As {@link ProcessIdentity.startTime}. */
  startTime: z.string(),
  host: z.string(),
  /** `starting`: no server yet; `serving`: ports and binary are known; `stopping`: about to let go. */
  state: z.enum(['starting', 'serving', 'stopping']),
  ports: z.object({ grpc: z.int(), ui: z.int() }).nullable(),
  binary: z.string().nullable(),
  version: z.object({ cli: z.string(), server: z.string() }).nullable(),
  serverPid: z.int().nullable(),
  /** Names (never values) of the variables the holder's workers see. */
  environmentNames: z.array(z.string()),
});

/** Who holds a state folder, as written in its lock file. */
export type HolderRecord = z.infer<typeof holderRecordSchema>;

/** A claim may sit here until its owner has moved it into the place of the lock file. */
export function successorFile(lockFile: string, nonce: string): string {
  return `${lockFile}.after-${nonce}`;
}

/** The newest claim, and the successor files that led to it; see {@link claimHolderLock}. */
export async function findNewestClaim(
  lockFile: string,
): Promise<{ readonly holder: HolderRecord | null; readonly trail: readonly string[] }> {
  const trail: string[] = [];
  let holder = await readRecord(lockFile);
  while (holder !== null) {
    const path = successorFile(lockFile, holder.nonce);
    const successor = await readRecord(path);
    if (successor === null) break;
    trail.push(path);
    holder = successor;
  }
  return { holder, trail };
}

/** Who holds the state folder according to its lock file; null when nobody does. It may be gone already. */
export async function readHolder(lockFile: string): Promise<HolderRecord | null> {
  return (await findNewestClaim(lockFile)).holder;
}

/**
 * Whether the holder still runs.
 *
 * @throws {EnvironmentError} when it runs on another machine, where this one cannot look
 */
export async function isHolderAlive(holder: HolderRecord, lockFile: string): Promise<boolean> {
  if (await isRunning(holder)) return true;
  if (holder.host === hostname()) return false;
  throw new EnvironmentError(
    `The state folder is held by process ${holder.pid} on the machine (or container) ` +
      `${holder.host}, and from ${hostname()} it cannot be seen whether that still runs. Stop it ` +
      `there, use another folder with VIDEOQA_HOME, or, if that machine is gone: rm '${lockFile}'`,
  );
}

/** Refuses to leave work with a holder that lacks a variable the work needs. */
export function refuseMissingVariables(holder: HolderRecord, needed: readonly string[]): void {
  const missing = needed.filter((name) => !holder.environmentNames.includes(name));
  if (missing.length === 0) return;
  throw new EnvironmentError(
    `Process ${holder.pid} holds this state folder and would do the work, but it was started ` +
      `without ${missing.join(', ')}. Wait until it ends, or stop it (videoqa down) and run this ` +
      'command again; finished work is kept.',
  );
}

async function readRecord(path: string): Promise<HolderRecord | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return parseRecord(text);
}

/** Claims appear complete or not at all; only a power cut leaves a damaged one, and nobody behind it. */
function parseRecord(text: string): HolderRecord {
  try {
    return holderRecordSchema.parse(JSON.parse(text));
  } catch {
    return {
      nonce: `unreadable-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`,
      pid: 0,
      startTime: '',
      host: hostname(),
      state: 'stopping',
      ports: null,
      binary: null,
      version: null,
      serverPid: null,
      environmentNames: [],
    };
  }
}
