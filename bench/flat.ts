import { parseArgs } from 'node:util';
import { UsageError } from '../domain/errors/usage-error.ts';
import { findTemporalBinary } from '../workers/embedded/find-temporal-binary.ts';
import { checkBounds } from './bounds.ts';
import { claim, claimLines, endWith } from './claims.ts';
import { type CoursePoint, reachedAtS } from './course.ts';
import { describeMachine } from './machine.ts';
import { measureTree } from './measure-tree.ts';
import { positive, strategiesOf } from './tree-options.ts';

const usage = `npm run bench -- flat [options]

Whether a long drive stays as quick and as small as it began: items a second and memory per stretch
of items, with the product's database under it.

  --items <n>        (20000)
  --step <n>         items per stretch (1000)
  --window <n>       items open at once (50)
  --strategy <name>  (uniform)
  --json             one JSON document`;

/** A stretch may be this much slower than the median of all. */
const tolerance = 0.2;
/**
 * Mean memory of the last third of the stretches, to that of the middle third: in the first one
 * caches fill, and a single stretch may lie before or after a collection.
 */
const growth = 1.1;

type Stretch = Pick<CoursePoint, 'serverRssMiB' | 'workerRssMiB'> & {
  readonly until: number;
  readonly itemsPerSecond: number;
  /** Server and worker; says more than the rate where others share the machine. */
  readonly cpuMsPerItem: number;
};

/** Measures one long drive, stretch by stretch. */
export async function measureFlat(args: readonly string[]): Promise<void> {
  const { json, strategy, step, ...shape } = parseRequest(args);
  const environment = process.env;
  const onProgress = (message: string): void => console.error(message);
  const binary = await findTemporalBinary({ environment, createdBy: null, onProgress });
  const machine = await describeMachine(binary);
  const latency = { planMs: 0, imageMs: 0, answerMs: 0 };
  const options = { ...shape, latency, stores: true, binary: binary.path };
  const { course, ...measured } = await measureTree('embedded', strategy, options);
  const stretches = stretchesOf(course, shape.items, step);
  const bounds = [...boundsOf(stretches), ...checkBounds({ ...measured, course })];
  endWith(bounds);
  const command = `npm run bench -- flat ${args.join(' ')}`.trim();
  const report = { command, machine, step, ...measured, stretches, bounds };
  if (json) return console.log(JSON.stringify(report, null, 2));
  console.log(
    [
      command,
      `${machine.cpu}, ${machine.cores} cores; load before: ${machine.loadBefore.toFixed(2)}`,
      `${measured.itemsPerSecond.toFixed(1)} items/s; KiB per item: Temporal ${measured.databaseKiBPerItem.toFixed(1)}, ours ${(measured.storesKiBPerItem ?? 0).toFixed(1)}`,
      '',
      '| items | items/s | CPU ms/item | server RSS MiB | worker RSS MiB |',
      '| --- | --- | --- | --- | --- |',
      ...stretches.map(
        ({ until, itemsPerSecond, cpuMsPerItem, serverRssMiB, workerRssMiB }) =>
          `| ${until} | ${itemsPerSecond.toFixed(1)} | ${cpuMsPerItem.toFixed(1)} | ${serverRssMiB.toFixed(0)} | ${workerRssMiB.toFixed(0)} |`,
      ),
      ...claimLines(bounds),
    ].join('\n'),
  );
}

function stretchesOf(course: readonly CoursePoint[], items: number, step: number): Stretch[] {
  return Array.from({ length: Math.floor(items / step) }, (_, index) => {
    const until = (index + 1) * step;
    const [fromS, toS] = [reachedAtS(course, until - step), reachedAtS(course, until)];
    const at = (s: number): CoursePoint => course.find(({ atS }) => atS >= s) ?? course.at(-1)!;
    const { serverRssMiB, workerRssMiB, cpuMs } = at(toS);
    const cpuMsPerItem = (cpuMs - at(fromS).cpuMs) / step;
    const itemsPerSecond = step / (toS - fromS);
    return { until, itemsPerSecond, cpuMsPerItem, serverRssMiB, workerRssMiB };
  });
}

/** The first stretch also fills the window and warms everything up. */
function boundsOf(all: readonly Stretch[]) {
  const stretches = all.slice(1);
  const rates = stretches.map(({ itemsPerSecond }) => itemsPerSecond).toSorted((a, b) => a - b);
  const median = rates[Math.floor(rates.length / 2)] ?? NaN;
  const slowest = (rates[0] ?? NaN) / median;
  const third = Math.ceil(all.length / 3);
  const grown = (key: 'serverRssMiB' | 'workerRssMiB'): number =>
    meanOf(all.slice(-third), key) / meanOf(all.slice(-2 * third, -third), key);
  return [
    claim(`slowest stretch to the median >= ${1 - tolerance}`, slowest, slowest >= 1 - tolerance),
    claim(
      `server memory, last to middle third <= ${growth}`,
      grown('serverRssMiB'),
      grown('serverRssMiB') <= growth,
    ),
    claim(
      `worker memory, last to middle third <= ${growth}`,
      grown('workerRssMiB'),
      grown('workerRssMiB') <= growth,
    ),
  ];
}

function meanOf(stretches: readonly Stretch[], key: 'serverRssMiB' | 'workerRssMiB'): number {
  return stretches.reduce((sum, stretch) => sum + stretch[key], 0) / stretches.length;
}

function parseRequest(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      items: { type: 'string', default: '20000' },
      step: { type: 'string', default: '1000' },
      window: { type: 'string', default: '50' },
      strategy: { type: 'string', default: 'uniform' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new UsageError(usage);
  return {
    items: positive('--items', values.items),
    step: positive('--step', values.step),
    window: positive('--window', values.window),
    strategy: strategiesOf(values.strategy)[0]!,
    json: values.json,
  };
}
