import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';

/**
 * Ends a process and its group: asks with SIGTERM, and kills what is left after `graceMs`.
 * Returns when the process is gone; at once if it already was.
 */
export async function stopProcessGroup(target: ProcessIdentity, graceMs = 15_000): Promise<void> {
  if (!(await isRunning(target))) return;
  signalGroup(target.pid, 'SIGTERM');
  if (await isGoneWithin(target, graceMs)) return;
  signalGroup(target.pid, 'SIGKILL');
  if (await isGoneWithin(target, 15_000)) return;
  throw new EnvironmentError(
    `Process ${target.pid} does not end, not even when killed. Look at it with: ps -p ${target.pid} -o stat,wchan,args`,
  );
}

/** Waits until the process is gone; false when it still runs after `limitMs`. */
async function isGoneWithin(target: ProcessIdentity, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (await isRunning(target)) {
    if (Date.now() > deadline) return false;
    await delay(50);
  }
  return true;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch (error) {
      // ESRCH for the group: a server somebody started by hand does not lead one. Then the process.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
