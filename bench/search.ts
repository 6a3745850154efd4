import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import {
  batchSize,
  dimension,
  k,
  measureSearch,
  type SearchMeasurement,
} from './search-measure.ts';
import { contents } from './search-vectors.ts';

const usage = `npm run bench:search -- [--json]

Times the exact search over made-up videos, beside the plain loop, in one run.`;

/** An hour at one frame per second, and more than a day. */
const sizes = [
  { frames: 3600, runs: 200, goalMs: 1 },
  { frames: 100_000, runs: 40, goalMs: 20 },
] as const;

/** Where every frame is scored, a call takes as long as the plain loop. */
const slowRuns = 8;

function describeHost() {
  const [first, ...others] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: others.length + 1,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    platform: `${process.platform} ${process.arch}`,
    loadBefore: loadavg()[0] ?? NaN,
    node: process.version,
    v8: process.versions.v8,
  };
}

function formatReport(
  machine: ReturnType<typeof describeHost>,
  measurements: readonly SearchMeasurement[],
): string {
  const { cpu, cores, memoryGiB, platform, loadBefore, node, v8 } = machine;
  return [
    'npm run bench:search',
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}; load before: ${loadBefore.toFixed(2)}`,
    `Node ${node}, V8 ${v8}; one thread, ${dimension} values per frame, the best ${k}`,
    '',
    line(Object.keys(columns)),
    line(Object.keys(columns).map(() => '---')),
    ...measurements.map((measured) => line(Object.values(columns).map((cell) => cell(measured)))),
    '',
    ...sizes.map(({ frames, goalMs }) => {
      const median = measurements.find((measured) => measured.frames === frames)?.one.median ?? NaN;
      const verdict = median <= goalMs ? 'holds' : 'DOES NOT HOLD';
      return `${verdict}: one query over ${frames} frames <= ${goalMs} ms (${median.toFixed(2)})`;
    }),
  ].join('\n');
}

const columns: Readonly<Record<string, (measured: SearchMeasurement) => string>> = {
  frames: ({ frames }) => String(frames),
  content: ({ content }) => content,
  'open ms': ({ openMs }) => openMs.toFixed(1),
  'index MiB': ({ indexMiB }) => indexMiB.toFixed(0),
  'one query ms, median / p95': ({ one }) => `${one.median.toFixed(2)} / ${one.p95.toFixed(2)}`,
  [`${batchSize} queries ms, median / p95`]: ({ batch }) =>
    `${batch.median.toFixed(1)} / ${batch.p95.toFixed(1)}`,
  'per query': ({ batch }) => (batch.median / batchSize).toFixed(2),
  'plain loop ms': ({ plain }) => plain.median.toFixed(2),
  'plain / one': ({ one, plain }) => (plain.median / one.median).toFixed(1),
  'same bits': ({ isExact }) => (isExact ? 'yes' : 'NO'),
};

function line(entries: readonly string[]): string {
  return `| ${entries.join(' | ')} |`;
}

try {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const machine = describeHost();
  const measurements = sizes.flatMap(({ frames, runs }) =>
    contents.map((content) => {
      console.error(`${frames} frames, ${content} ...`);
      return measureSearch({ frames, content, runs: content === 'still' ? slowRuns : runs });
    }),
  );
  const report = { command: 'npm run bench:search', machine, measurements };
  console.log(values.json ? JSON.stringify(report, null, 2) : formatReport(machine, measurements));
  if (measurements.some(({ isExact }) => !isExact)) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
