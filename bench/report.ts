import { checkBounds, checkCpu, cpuRatio } from './bounds.ts';
import { claimLines } from './claims.ts';
import type { Machine } from './machine.ts';
import type { TreeMeasurement } from './measure-tree.ts';

/** Everything one call of the benchmark found out. */
export type BenchReport = {
  readonly command: string;
  readonly machine: Machine;
  readonly measurements: readonly TreeMeasurement[];
};

/** The machine, one table per strategy, the ratios to the baselines, and the bounds. */
export function formatReport({ command, machine, measurements }: BenchReport): string {
  const { cpu, cores, memoryGiB, platform, node, temporalSdk, temporalServer } = machine;
  const strategies = [...new Set(measurements.map(({ strategy }) => strategy))];
  return [
    command,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}; load before: ${machine.loadBefore.toFixed(2)}`,
    `Node ${node}, Temporal SDK ${temporalSdk}, Temporal server ${temporalServer} (CLI ${machine.temporalCli})`,
    ...strategies.flatMap((strategy) =>
      formatStrategy(measurements.filter((measured) => measured.strategy === strategy)),
    ),
  ].join('\n');
}

function formatStrategy(measurements: readonly TreeMeasurement[]): string[] {
  const [first] = measurements;
  if (first === undefined) return [];
  const header = Object.keys(columns);
  return [
    '',
    `${first.strategy}, ${first.items} items`,
    '',
    line(header),
    line(header.map(() => '---')),
    ...measurements.map(cells).map(line),
    ...measurements
      .slice(1)
      .map(
        (baseline) =>
          `${first.server} / ${baseline.server}, server + worker CPU per item: ${cpuRatio(first, baseline).toFixed(2)}`,
      ),
    ...claimLines(checkCpu(measurements)),
    ...measurements.flatMap((measured) =>
      checkBounds(measured).map(
        ({ claim, measured: value, holds }) =>
          `${holds ? 'holds' : 'DOES NOT HOLD'}: ${claim} (${value}, ${measured.server})`,
      ),
    ),
  ];
}

const columns: Readonly<Record<string, (measured: TreeMeasurement) => string>> = {
  server: ({ server }) => server,
  'items/s': ({ itemsPerSecond }) => itemsPerSecond.toFixed(1),
  'of ideal': ({ idealShare }) =>
    idealShare === null ? '-' : `${(idealShare * 100).toFixed(1)} %`,
  'server CPU ms/item': ({ serverCpuMsPerItem }) => serverCpuMsPerItem.toFixed(1),
  'worker CPU ms/item': ({ workerCpuMsPerItem }) => workerCpuMsPerItem.toFixed(1),
  'server RSS MiB': ({ serverRssMiB }) => serverRssMiB.toFixed(0),
  'worker RSS MiB': ({ workerRssMiB }) => workerRssMiB.toFixed(0),
  'Temporal KiB/item': ({ databaseKiBPerItem }) => databaseKiBPerItem.toFixed(1),
  'item events median / p99': ({ itemHistory: { events } }) => `${events.median} / ${events.p99}`,
  'item bytes median / p99': ({ itemHistory: { bytes } }) => `${bytes.median} / ${bytes.p99}`,
  'shard events / bytes, largest': ({ shardHistory: { events, bytes } }) =>
    `${events.max} / ${bytes.max}`,
};

function cells(measured: TreeMeasurement): string[] {
  return Object.values(columns).map((cell) => cell(measured));
}

function line(entries: readonly string[]): string {
  return `| ${entries.join(' | ')} |`;
}
