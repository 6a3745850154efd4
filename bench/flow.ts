import { parseArgs } from 'node:util';
import { UsageError } from '../domain/errors/usage-error.ts';
import { findTemporalBinary } from '../workers/embedded/find-temporal-binary.ts';
import type { BenchStrategy } from './bench-run.ts';
import type { Bound } from './bounds.ts';
import { claim, claimLines, endWith } from './claims.ts';
import { steadyRate } from './course.ts';
import { describeMachine } from './machine.ts';
import { measureTree } from './measure-tree.ts';
import type { StubLatency } from './stub-activities.ts';
import { latencyOf, positive, strategiesOf } from './tree-options.ts';

const goal = 0.95;
/** Plan, image, answer: what the goal is set for; with shorter calls the machine is the limit. */
const goalLatency = '2000,5000,4000';

const usage = `npm run bench -- flow [options]

How near the tree comes to the throughput that the latencies and the window allow, with the
product's database under it.

  --items <n>        (3000)
  --window <n>       items open at once (64)
  --latency <ms>     of plan,image,answer (${goalLatency})
  --strategy <name>  (imagined-keyframes)
  --json             one JSON document`;

/** Measures the throughput of one drive, and holds it against the ideal. */
export async function measureFlow(args: readonly string[]): Promise<void> {
  const { json, strategy, ...shape } = parseRequest(args);
  const note = (message: string): void => console.error(message);
  const environment = process.env;
  const binary = await findTemporalBinary({ environment, createdBy: null, onProgress: note });
  const machine = await describeMachine(binary);
  const options = { ...shape, stores: true, binary: binary.path };
  const measured = await measureTree('embedded', strategy, options);
  const idealRate = shape.window / (itemMs(strategy, shape.latency) / 1000);
  const steady = steadyRate(measured.course, shape);
  const report = {
    command: `npm run bench -- flow ${args.join(' ')}`.trim(),
    machine,
    ...shape,
    strategy,
    wallS: measured.wallS,
    itemsPerSecond: measured.itemsPerSecond,
    idealItemsPerSecond: idealRate,
    steadyItemsPerSecond: steady,
    steadyShare: steady / idealRate,
    overallShare: measured.itemsPerSecond / idealRate,
    serverCpuMsPerItem: measured.serverCpuMsPerItem,
    workerCpuMsPerItem: measured.workerCpuMsPerItem,
  };
  const hasGoal = Object.values(shape.latency).join(',') === goalLatency;
  const bounds: Bound[] = hasGoal
    ? [
        claim(
          `share of the ideal throughput while the window is full >= ${goal}`,
          report.steadyShare,
          report.steadyShare >= goal,
          3,
        ),
      ]
    : [];
  endWith(bounds);
  if (json) return console.log(JSON.stringify({ ...report, bounds }, null, 2));
  console.log(
    [
      report.command,
      `${machine.cpu}, ${machine.cores} cores; load before: ${machine.loadBefore.toFixed(2)}`,
      `${shape.items} items in ${measured.wallS.toFixed(1)} s: ${measured.itemsPerSecond.toFixed(2)}/s overall, ${steady.toFixed(2)}/s steady, ideal ${idealRate.toFixed(2)}/s`,
      `share of the ideal: steady ${report.steadyShare.toFixed(3)}, overall ${report.overallShare.toFixed(3)}`,
      `CPU ms/item: server ${measured.serverCpuMsPerItem.toFixed(1)}, worker ${measured.workerCpuMsPerItem.toFixed(1)}`,
      ...claimLines(bounds),
    ].join('\n'),
  );
}

/** Both pictures of an item are drawn at once. */
function itemMs(strategy: BenchStrategy, { planMs, imageMs, answerMs }: StubLatency): number {
  return strategy === 'uniform' ? answerMs : planMs + imageMs + answerMs;
}

function parseRequest(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      items: { type: 'string', default: '3000' },
      window: { type: 'string', default: '64' },
      latency: { type: 'string', default: goalLatency },
      strategy: { type: 'string', default: 'imagined-keyframes' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new UsageError(usage);
  const items = positive('--items', values.items);
  const window = positive('--window', values.window);
  if (items <= 2 * window)
    throw new UsageError(`--items is ${items}; the steady part needs more than two windows`);
  return {
    items,
    window,
    latency: latencyOf(values.latency),
    strategy: strategiesOf(values.strategy)[0]!,
    json: values.json,
  };
}
