import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/**
 * Threads inside one run on the CPU: one per physical core that this process may use. Two threads
 * on one core share its arithmetic units, and threads beyond a container's share of time only make
 * it stop and wait.
 *
 * @param logicalCores  cores that the process may use
 * @param system        where Linux describes the machine
 */
export function threadsPerRun(logicalCores = availableParallelism(), system = '/sys'): number {
  const physicalCores = Math.ceil(logicalCores / threadsPerCore(system));
  return Math.max(1, Math.min(physicalCores, timeShare(system)));
}

/** Logical cores of one physical core; 1 where the system does not say. */
function threadsPerCore(system: string): number {
  const folder = join(system, 'devices/system/cpu');
  try {
    const cores = readdirSync(folder)
      .filter((name) => /^cpu\d+$/.test(name))
      .map((name) => readFileSync(join(folder, name, 'topology/thread_siblings_list'), 'utf8'));
    return cores.length === 0 ? 1 : cores.length / new Set(cores).size;
  } catch {
    return 1;
  }
}

/** Cores' worth of time that the container may use, rounded up; without a limit, Infinity. */
function timeShare(system: string): number {
  try {
    const [quota, period] = readFileSync(join(system, 'fs/cgroup/cpu.max'), 'utf8').split(' ');
    return Math.ceil(Number(quota) / Number(period)) || Infinity;
  } catch {
    return Infinity;
  }
}
