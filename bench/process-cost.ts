import { readFile } from 'node:fs/promises';
import { execa } from 'execa';

/** What a process, all its threads together, has used since its start. */
export type ProcessCost = {
  readonly cpuMs: number;
  readonly rssMiB: number;
  /** Written to files on a disk, not to sockets or memory; null where the system does not say. */
  readonly writtenKiB: number | null;
};

/** Ticks of `/proc/<pid>/stat`: 100 per second on every Linux that Node runs on. */
const tickMs = 10;

/** Reads the cost of any process of this user, without asking that process. */
export function readProcessCost(pid: number): Promise<ProcessCost> {
  return process.platform === 'linux' ? costFromProc(pid) : costFromPs(pid);
}

async function costFromProc(pid: number): Promise<ProcessCost> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rssKiB = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? NaN);
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    rssMiB: rssKiB / 1024,
    writtenKiB: await writtenFromProc(pid),
  };
}

async function writtenFromProc(pid: number): Promise<number | null> {
  const io = await readFile(`/proc/${pid}/io`, 'utf8').catch(() => '');
  const bytes = /^write_bytes: (\d+)$/m.exec(io)?.[1];
  return bytes === undefined ? null : Number(bytes) / 1024;
}

async function costFromPs(pid: number): Promise<ProcessCost> {
  const { stdout } = await execa('ps', ['-o', 'time=,rss=', '-p', String(pid)], {
    env: { LC_ALL: 'C' },
  });
  const [time = '', rssKiB = ''] = stdout.trim().split(/\s+/);
  return { cpuMs: psTimeMs(time), rssMiB: Number(rssKiB) / 1024, writtenKiB: null };
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` */
function psTimeMs(time: string): number {
  const [clock = '', days = '0'] = time.split('-').toReversed();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1000;
}
