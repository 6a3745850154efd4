import { setTimeout as delay } from 'node:timers/promises';
import { claimHolderLock, type HolderLock } from './holder-lock.ts';
import type { HolderRecord } from './holder-record.ts';
import { stopLeftOverServers } from './left-over-servers.ts';
import type { StateFolder } from './state-folder.ts';
import { isStillHolding } from './watch-holder.ts';

/** What `videoqa down` did, with a sentence for people. */
export type DownResult = {
  /**
   * - `nothing`: neither a holder nor a server was there
   * - `server-stopped`: servers without a holder were stopped
   * - `holder-stopped`: a living holder was asked to end, and did, and nothing is left of it
   * - `holder-asked`: a living holder was asked to end and is still finishing what it has in hand
   */
  readonly action: 'nothing' | 'server-stopped' | 'holder-stopped' | 'holder-asked';
  readonly message: string;
};

/**
 * Stops what runs on a state folder. A living holder is asked with SIGTERM, so that it can finish its
 * paid calls, and waited for; it is never killed here. Servers without a holder are stopped.
 *
 * @param holderGraceMs how long to wait for a living holder. @default 60 seconds
 * @throws {EnvironmentError} when the holder is on another machine
 */
export async function downLeftOver(
  stateFolder: StateFolder,
  holderGraceMs = 60_000,
): Promise<DownResult> {
  const claim = await claimHolderLock(stateFolder.lockFile, process.env);
  if ('holder' in claim) return askHolder(claim.holder, stateFolder, holderGraceMs);
  const stopped = await stopWithoutHolder(stateFolder, claim.lock);
  if (stopped.length === 0) {
    return { action: 'nothing', message: `Nothing runs on ${stateFolder.path}.` };
  }
  return { action: 'server-stopped', message: describeStopped(stopped) };
}

async function askHolder(
  holder: HolderRecord,
  stateFolder: StateFolder,
  holderGraceMs: number,
): Promise<DownResult> {
  const asked = `Asked process ${holder.pid}, which holds ${stateFolder.path}, to end`;
  askToEnd(holder.pid);
  const deadline = Date.now() + holderGraceMs;
  while (await isStillHolding(stateFolder.lockFile, holder)) {
    if (Date.now() < deadline) {
      await delay(200);
      continue;
    }
    return {
      action: 'holder-asked',
      message: `${asked}; it is still finishing what it has in hand. To end it at once: kill -9 ${holder.pid}, then videoqa down.`,
    };
  }
  // It may have ended without stopping its server. Whoever has the lock by now was not asked to end.
  const claim = await claimHolderLock(stateFolder.lockFile, process.env);
  const stopped = 'lock' in claim ? await stopWithoutHolder(stateFolder, claim.lock) : [];
  const more = stopped.length === 0 ? '' : ` ${describeStopped(stopped)}`;
  return { action: 'holder-stopped', message: `${asked}, and it did.${more}` };
}

async function stopWithoutHolder(
  stateFolder: StateFolder,
  lock: HolderLock,
): Promise<readonly number[]> {
  try {
    return await stopLeftOverServers(stateFolder, () => undefined);
  } finally {
    await lock.release();
  }
}

function describeStopped(pids: readonly number[]): string {
  return `Stopped the Temporal server that was left running (process ${pids.join(', ')}).`;
}

function askToEnd(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    // ESRCH: it ended since it was found.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
