import type { TreeMeasurement } from './measure-tree.ts';

/** One thing that the design promises, and what was measured. Never a time: those only get printed. */
export type Bound = { readonly claim: string; readonly measured: string; readonly holds: boolean };

const maxItemEvents = 60;
const maxItemBytes = 64 * 1024;
/** Temporal warns at 10,240 events and ends a workflow at 51,200. */
const maxEvents = 10_240;

/** Holds the histories against their bounds. */
export function checkBounds({ itemHistory, shardHistory, rootHistory }: TreeMeasurement): Bound[] {
  const bound = (claim: string, value: number, limit: number): Bound => ({
    claim,
    measured: String(value),
    holds: value <= limit,
  });
  return [
    bound(`item history, p99 <= ${maxItemEvents} events`, itemHistory.events.p99, maxItemEvents),
    bound('item history, p99 <= 64 KiB', itemHistory.bytes.p99, maxItemBytes),
    bound(`shard history, largest <= ${maxEvents} events`, shardHistory.events.max, maxEvents),
    bound(`root history <= ${maxEvents} events`, rootHistory.events.max, maxEvents),
  ];
}

/** Share of the CPU of `temporal server start-dev --db-filename f` that an item may take. */
const mostOfPlain = 0.72;

/** Holds the CPU per item against that on the plain server of the same run, where it was measured. */
export function checkCpu(measurements: readonly TreeMeasurement[]): Bound[] {
  const [first] = measurements;
  const plain = measurements.find(({ server }) => server === 'plain');
  if (first === undefined || plain === undefined || first === plain) return [];
  const ratio = cpuRatio(first, plain);
  return [
    {
      claim: `server + worker CPU per item, ${first.server} to plain <= ${mostOfPlain}`,
      measured: ratio.toFixed(2),
      holds: ratio <= mostOfPlain,
    },
  ];
}

/** Server and worker CPU per item, relative to a server with other settings in the same run. */
export function cpuRatio(measured: TreeMeasurement, baseline: TreeMeasurement): number {
  return cpuMsPerItem(measured) / cpuMsPerItem(baseline);
}

function cpuMsPerItem({ serverCpuMsPerItem, workerCpuMsPerItem }: TreeMeasurement): number {
  return serverCpuMsPerItem + workerCpuMsPerItem;
}
