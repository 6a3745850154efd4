import { readFile } from 'node:fs/promises';

/** One process for its whole life: numbers are used again, the pair with the start time is not. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Opaque; equal for the same process, whoever asks. */
  readonly startTime: string;
};

/** The process that has this number now, or null. One that has ended but was not reaped counts as gone. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | null> {
  if (pid <= 0) return null;
  const startTime =
    process.platform === 'linux' ? await startTimeFromProc(pid) : await startTimeFromPs(pid);
  return startTime === null ? null : { pid, startTime };
}

/** Whether this very process still runs. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.startTime === identity.startTime;
}

async function startTimeFromProc(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticksSinceBoot] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || ticksSinceBoot === undefined) return null;
    const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${bootId.trim()}/${ticksSinceBoot}`;
  } catch (error) {
    // ESRCH: the process ended between open and read.
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}

async function startTimeFromPs(pid: number): Promise<string | null> {
  const { execa } = await import('execa');
  const { stdout, exitCode } = await execa('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    env: { LC_ALL: 'C', TZ: 'UTC' },
    reject: false,
  });
  const [state, ...start] = stdout.trim().split(/\s+/);
  if (exitCode !== 0 || !state || state.startsWith('Z')) return null;
  return start.join(' ');
}
