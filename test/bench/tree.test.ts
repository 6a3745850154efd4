import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { checkBounds } from '../../bench/bounds.ts';
import type { BenchReport } from '../../bench/report.ts';
import { temporalBinary } from '../support/temporal-binary.ts';

/**
 * Runs the benchmark as `npm run bench` does, but from source. Its exit code, which also tells of the
 * CPU per item, is left aside: of 20 items that says nothing.
 */
async function bench(...args: readonly string[]): Promise<BenchReport> {
  const { stdout } = await execa(
    process.execPath,
    ['--import', 'tsx', 'bench/main.ts', 'tree', '--json', ...args],
    { env: { VIDEOQA_TEMPORAL_CLI: temporalBinary ?? '' }, reject: false },
  );
  return JSON.parse(stdout) as BenchReport;
}

const shape = {
  items: 20,
  wallS: expect.any(Number),
  itemsPerSecond: expect.any(Number),
  serverCpuMsPerItem: expect.any(Number),
  workerCpuMsPerItem: expect.any(Number),
  serverRssMiB: expect.any(Number),
  workerRssMiB: expect.any(Number),
  databaseKiBPerItem: expect.any(Number),
};

// Each server and each worker takes seconds to start on a busy machine.
const timeout = 400_000;

describe.skipIf(temporalBinary === undefined)('the benchmark of the tree', { timeout }, () => {
  it('measures the item of five activities and the item of one, within the bounds of their histories', async () => {
    const { machine, measurements } = await bench('--items', '20', '--window', '8');

    expect(machine.cores).toBeGreaterThan(0);
    expect(measurements).toMatchObject([
      { ...shape, server: 'embedded', strategy: 'imagined-keyframes', idealShare: null },
      { ...shape, server: 'embedded', strategy: 'uniform', idealShare: null },
    ]);
    expect(measurements.map(({ itemHistory }) => itemHistory.sampled)).toEqual([20, 20]);
    const [five, one] = measurements.map(({ itemHistory }) => itemHistory.events.median);
    expect(five).toBeGreaterThan(one!);
    expect(measurements.flatMap(checkBounds).filter(({ holds }) => !holds)).toEqual([]);
  });

  it('measures the database with it, and compares with servers without our settings', async () => {
    const { measurements } = await bench(
      ...'--items 20 --strategy uniform --stores --baseline --latency 100'.split(' '),
    );

    expect(measurements).toMatchObject([
      { ...shape, server: 'embedded' },
      { ...shape, server: 'plain' },
      { ...shape, server: 'wal' },
    ]);
    expect(measurements.every(({ idealShare }) => idealShare !== null && idealShare <= 1)).toBe(
      true,
    );
  });
});
