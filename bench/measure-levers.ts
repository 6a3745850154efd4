import { parseArgs } from 'node:util';
import { UsageError } from '../domain/errors/usage-error.ts';
import { findTemporalBinary } from '../workers/embedded/find-temporal-binary.ts';
import type { BenchStrategy } from './bench-run.ts';
import { median } from './median.ts';
import { type Lever, levers, memoryLever, productLever } from './levers.ts';
import { describeMachine, type Machine } from './machine.ts';
import { measureTreeOn, type TreeOptions } from './measure-tree.ts';
import { startServerWith } from './measured-server.ts';
import { positive, strategiesOf } from './tree-options.ts';

const usage = `npm run bench -- levers [options]

Runs the tree with one setting changed at a time, in rounds that take turns with the product's own
settings, and prints what each change costs. Needs \`npm run build\`.

  --items <n>        items per run (300)
  --window <n>       items open at once (50)
  --rounds <n>       runs per lever (3)
  --strategy <name>  imagined-keyframes (five activities) or uniform (one) (imagined-keyframes)
  --only <names>     levers to try, with commas; all by default: ${levers.map(({ name }) => name).join(', ')}
  --json             one JSON document instead of a table`;

/** Runs of other levers between two of the product's own. */
const leversBetween = 2;

type Cost = {
  readonly serverMs: number;
  readonly workerMs: number;
  readonly serverRssMiB: number;
  readonly writtenKiB: number | null;
};
type Run = Cost & { readonly lever: Lever };

type LeverResult = {
  readonly name: string;
  readonly kept: string;
  readonly tried: string;
  readonly serverCpuMsPerItem: number;
  readonly workerCpuMsPerItem: number;
  readonly serverRssMiB: number;
  /** What the server wrote to its disk; null where the system does not say. */
  readonly serverWrittenKiBPerItem: number | null;
  /** Server and worker CPU, to the mean of the product's runs before and after; the median of the rounds. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  /** The same of the server's CPU alone. */
  readonly serverRatio: number;
};

/** Measures each lever alone and prints one table. */
export async function measureLevers(args: readonly string[]): Promise<void> {
  const request = parseRequest(args);
  const environment = process.env;
  const note = (message: string): void => console.error(message);
  const binary = await findTemporalBinary({ environment, createdBy: null, onProgress: note });
  const machine = await describeMachine(binary);
  const { items, window, rounds, strategy } = request;
  const latency = { planMs: 0, imageMs: 0, answerMs: 0 };
  const options = { items, window, latency, stores: false, binary: binary.path };
  const runs: Run[] = [];
  const measure = async (lever: Lever): Promise<void> => {
    note(`${lever.name} ...`);
    runs.push({ lever, ...(await costOf(lever, strategy, options)) });
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, lever] of request.levers.entries()) {
      if (index % leversBetween === 0) await measure(productLever);
      await measure(lever);
    }
  }
  await measure(productLever);
  const results = [productLever, ...request.levers].map((lever) => resultOf(lever, runs));
  const command = `npm run bench -- levers ${args.join(' ')}`.trim();
  const report = { command, machine, strategy, items, rounds, levers: results };
  console.log(request.json ? JSON.stringify(report, null, 2) : format(report));
}

async function costOf(lever: Lever, strategy: BenchStrategy, options: TreeOptions): Promise<Cost> {
  const measured = await measureTreeOn(
    lever.name,
    (place) => startServerWith(lever.server, place, lever.database),
    strategy,
    { ...options, tuning: lever.tuning },
  );
  return {
    serverMs: measured.serverCpuMsPerItem,
    workerMs: measured.workerCpuMsPerItem,
    serverRssMiB: measured.serverRssMiB,
    writtenKiB: measured.serverWrittenKiBPerItem,
  };
}

function resultOf(lever: Lever, runs: readonly Run[]): LeverResult {
  const own = runs.flatMap((run, index) => (run.lever === lever ? [{ run, index }] : []));
  const ratiosOf = (cost: (run: Cost) => number): number[] =>
    own.map(({ run, index }) => cost(run) / productAround(runs, index, cost));
  const ratios = ratiosOf(total);
  const written = own.flatMap(({ run }) => run.writtenKiB ?? []);
  return {
    name: lever.name,
    kept: lever.kept,
    tried: lever.tried,
    serverCpuMsPerItem: medianOf(own.map(({ run }) => run.serverMs)),
    workerCpuMsPerItem: medianOf(own.map(({ run }) => run.workerMs)),
    serverRssMiB: medianOf(own.map(({ run }) => run.serverRssMiB)),
    serverWrittenKiBPerItem: median(written),
    ratio: medianOf(ratios),
    ratios,
    serverRatio: medianOf(ratiosOf(({ serverMs }) => serverMs)),
  };
}

function medianOf(values: readonly number[]): number {
  return median(values) ?? NaN;
}

/** Mean cost of the nearest runs with the product's settings, other than the run itself. */
function productAround(runs: readonly Run[], index: number, cost: (run: Cost) => number): number {
  const isProduct = ({ lever }: Run): boolean => lever === productLever;
  const before = runs.slice(0, index).findLast(isProduct);
  const after = runs.slice(index + 1).find(isProduct);
  const near = [before, after].filter((run) => run !== undefined).map(cost);
  return near.reduce((sum, each) => sum + each, 0) / near.length;
}

function total({ serverMs, workerMs }: Cost): number {
  return serverMs + workerMs;
}

function parseRequest(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      items: { type: 'string', default: '300' },
      window: { type: 'string', default: '50' },
      rounds: { type: 'string', default: '3' },
      strategy: { type: 'string', default: 'imagined-keyframes' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new UsageError(usage);
  return {
    items: positive('--items', values.items),
    window: positive('--window', values.window),
    rounds: positive('--rounds', values.rounds),
    strategy: strategiesOf(values.strategy)[0]!,
    levers: values.only === undefined ? levers : values.only.split(',').map(leverNamed),
    json: values.json,
  };
}

function leverNamed(name: string): Lever {
  const found = levers.find((lever) => lever.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`--only names ${name}, which is no lever.\n\n${usage}`);
}

function format(report: {
  readonly command: string;
  readonly machine: Machine;
  readonly strategy: string;
  readonly items: number;
  readonly rounds: number;
  readonly levers: readonly LeverResult[];
}): string {
  const { command, machine, strategy, items, rounds } = report;
  return [
    command,
    `${machine.cpu}, ${machine.cores} cores; load before: ${machine.loadBefore.toFixed(2)}; Node ${machine.node}, Temporal server ${machine.temporalServer}`,
    `${strategy}, ${items} items, ${rounds} rounds`,
    '',
    '| lever | product | tried | server CPU ms/item | worker CPU ms/item | server RSS MiB | written to disk KiB/item | tried to product |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...report.levers.map(
      (lever) =>
        `| ${lever.name} | ${lever.kept} | ${lever.tried} | ${lever.serverCpuMsPerItem.toFixed(1)} | ${lever.workerCpuMsPerItem.toFixed(1)} | ${lever.serverRssMiB.toFixed(0)} | ${lever.serverWrittenKiBPerItem?.toFixed(0) ?? '-'} | ${lever.ratio.toFixed(2)} (${lever.ratios.map((ratio) => ratio.toFixed(2)).join(', ')}) |`,
    ),
    ...databaseShare(report.levers),
  ].join('\n');
}

/** The database is a part of the server's process: what its file costs is what goes away without one. */
function databaseShare(results: readonly LeverResult[]): string[] {
  const memory = results.find(({ name }) => name === memoryLever.name);
  if (memory === undefined) return [];
  const share = (1 - memory.serverRatio) * 100;
  return [
    '',
    `Database: ${share.toFixed(0)} % of the server's CPU is what its file costs (log, sync, checkpoints: 1 - in-memory to product, server alone). SQL and pages are worked on in the server's process either way, and are not told apart from the rest.`,
  ];
}
