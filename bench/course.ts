import { setTimeout as delay } from 'node:timers/promises';
import { readProcessCost } from './process-cost.ts';
import type { TreeWorkerProcess } from './start-tree-worker.ts';

/** How far a drive was at a moment, and the CPU and memory of both processes. */
export type CoursePoint = {
  /** Seconds since the drive began. */
  readonly atS: number;
  readonly ended: number;
  /** Of both, since the processes began. */
  readonly cpuMs: number;
  readonly serverRssMiB: number;
  readonly workerRssMiB: number;
};

const everyMs = 500;

/** Writes down how a drive goes on, from now until it is stopped. */
export function recordCourse(serverPid: number, worker: TreeWorkerProcess) {
  const points: CoursePoint[] = [];
  const stopping = new AbortController();
  const startedAt = performance.now();
  const look = async (): Promise<void> => {
    const [server, own] = [await readProcessCost(serverPid), await readProcessCost(worker.pid)];
    points.push({
      atS: (performance.now() - startedAt) / 1000,
      ended: worker.ended(),
      cpuMs: server.cpuMs + own.cpuMs,
      serverRssMiB: server.rssMiB,
      workerRssMiB: own.rssMiB,
    });
  };
  const looking = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look();
      await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    // The worker says how far it is a little later.
    await delay(everyMs);
    await look();
  })();
  return {
    points: points as readonly CoursePoint[],
    async stop(): Promise<void> {
      stopping.abort();
      await looking;
    },
  };
}

/** Seconds until so many items had ended, between the two looks around that moment. */
export function reachedAtS(course: readonly CoursePoint[], items: number): number {
  const after = course.findIndex(({ ended }) => ended >= items);
  if (after === -1) return NaN;
  const [to, from] = [course[after]!, course[after - 1]];
  if (from === undefined || to.ended === from.ended) return to.atS;
  const share = (items - from.ended) / (to.ended - from.ended);
  return from.atS + share * (to.atS - from.atS);
}

/** Items a second while the window was full: without its first filling and its last emptying. */
export function steadyRate(
  course: readonly CoursePoint[],
  { items, window }: { readonly items: number; readonly window: number },
): number {
  const [first, last] = [window, items - window];
  return (last - first) / (reachedAtS(course, last) - reachedAtS(course, first));
}
