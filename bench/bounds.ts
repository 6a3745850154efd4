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

/** Server and worker CPU per item, relative to a server with other settings in the same run. */
export function cpuRatio(measured: TreeMeasurement, baseline: TreeMeasurement): number {
  return cpuMsPerItem(measured) / cpuMsPerItem(baseline);
}

function cpuMsPerItem({ serverCpuMsPerItem, workerCpuMsPerItem }: TreeMeasurement): number {
  return serverCpuMsPerItem + workerCpuMsPerItem;
}
