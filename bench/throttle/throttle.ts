import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openBlobStore } from '../../adapters/blobs/open-blob-store.ts';
import { openDatabase } from '../../adapters/database/open-database.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { startSimulatedProvider } from '../../simulator/server/start-simulated-provider.ts';
import { measureTreeThrottle, treeThrottleCases } from './throttle-tree.ts';
import { claim, claimLines, endWith } from '../claims.ts';
import type { ThrottleEnd, ThrottleProcess } from './throttle-process.ts';

const usage = `npm run bench -- throttle [options]

Calls the simulated provider, which refuses what is above a limit in any 60 seconds, through the
product's account limiter and database, and says how much of the limit is used.

  --seconds <n>              per case (90)
  --requests-per-minute <n>  of the provider and of the configuration (600)
  --callers <n>              calls of each run and process that want to be made at once (120)
  --tree                     the real commands on Temporal instead: two worker processes, then two runs`;

const cases = [
  { name: 'one process', processes: [['run-a']] },
  { name: 'two processes', processes: [['run-a'], ['run-a']] },
  { name: 'two runs', processes: [['run-a', 'run-b']] },
] as const;

type Asked = { readonly seconds: number; readonly perMinute: number; readonly callers: number };

/** Prints one line per case; a share counts what the limit allows in that time. */
export async function measureThrottle(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '90' },
      'requests-per-minute': { type: 'string', default: '600' },
      callers: { type: 'string', default: '120' },
      tree: { type: 'boolean', default: false },
    },
  });
  const asked: Asked = {
    seconds: positive(values.seconds),
    perMinute: positive(values['requests-per-minute']),
    callers: positive(values.callers),
  };
  if (values.tree) return measureTrees(asked);
  for (const { name, processes } of cases) {
    const measured = await measureCase(processes, asked);
    console.log(`${name}: ${describe(measured, asked.perMinute)}`);
    holdShares(sharesOf(measured, asked.perMinute));
  }
}

async function measureTrees(asked: Asked): Promise<void> {
  for (const one of treeThrottleCases) {
    const measured = await measureTreeThrottle(one, asked);
    holdShares(measured);
    if (one.runs > 1) holdFairness(measured.smallestPart, one.runs);
    console.log(
      `${one.name}: ${percent(measured.usedShare)} of the limit used in ${measured.seconds.toFixed(1)} s, ` +
        `${percent(measured.throttledShare)} of ${measured.requests} calls throttled, at most ` +
        `${measured.mostSlots} activity slots in use with ${measured.open} items open`,
    );
  }
}

/** Of the limit at least this is used, and of the calls at most that refused. */
const [leastUsed, mostThrottled] = [0.92, 0.02];

function holdShares(measured: { readonly usedShare: number; readonly throttledShare: number }) {
  const { usedShare, throttledShare } = measured;
  const bounds = [
    claim(`share of the limit used >= ${leastUsed}`, usedShare, usedShare >= leastUsed, 3),
    claim(
      `share of calls with 429 <= ${mostThrottled}`,
      throttledShare,
      throttledShare <= mostThrottled,
      3,
    ),
  ];
  endWith(bounds);
  for (const line of claimLines(bounds)) console.log(`  ${line}`);
}

/** A run has at least this much of its even part. */
const leastOfEven = 0.8;

function holdFairness(smallestPart: number, runs: number): void {
  const ofEven = smallestPart * runs;
  const bounds = [
    claim(`smallest run's calls to its even part >= ${leastOfEven}`, ofEven, ofEven >= leastOfEven),
  ];
  endWith(bounds);
  for (const line of claimLines(bounds)) console.log(`  ${line}`);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError(usage);
}

async function measureCase(
  processes: readonly (readonly string[])[],
  { seconds, perMinute, callers }: Asked,
): Promise<{ readonly ends: readonly ThrottleEnd[]; readonly seconds: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'videoqa-throttle-'));
  const provider = await startSimulatedProvider({
    billFile: join(folder, 'bill.jsonl'),
    latencyMs: { chat: 300, image: 300 },
    requestsPerMinute: perMinute,
  });
  try {
    // The tables are made once, before the clock runs.
    await (await openDatabase(`file:${folder}/state.db`, openBlobStore(`file:${folder}`))).close();
    const untilMs = Date.now() + 1000 * seconds;
    const { url } = provider;
    const ends = processes.map((runs, index) =>
      runProcess({
        processId: `process-${index}`,
        runs,
        callers,
        folder,
        url,
        untilMs,
        requestsPerMinute: perMinute,
      }),
    );
    const all = await Promise.all(ends);
    return { ends: all, seconds: (untilMs - Math.min(...all.map((end) => end.readyAt))) / 1000 };
  } finally {
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function runProcess(input: ThrottleProcess): Promise<ThrottleEnd> {
  const isSource = import.meta.url.endsWith('.ts');
  const name = isSource ? 'throttle-process.ts' : 'throttle-process.js';
  const script = fileURLToPath(new URL(name, import.meta.url));
  const node = execa({ node: true, nodeOptions: isSource ? ['--import', 'tsx'] : [] });
  const { stdout } = await node(script, [JSON.stringify(input)]);
  return JSON.parse(stdout) as ThrottleEnd;
}

type MeasuredCase = Awaited<ReturnType<typeof measureCase>>;

function sharesOf({ ends, seconds }: MeasuredCase, perMinute: number) {
  const sum = (of: (end: ThrottleEnd) => number) => ends.reduce((all, end) => all + of(end), 0);
  const sent = sum((end) => Object.values(end.sent).reduce((all, one) => all + one, 0));
  const throttled = sum((end) => end.throttled);
  const usedShare = (sent - throttled) / ((perMinute * seconds) / 60);
  return { sent, usedShare, throttledShare: throttled / sent };
}

function describe(measured: MeasuredCase, perMinute: number): string {
  const { ends } = measured;
  const { sent, usedShare, throttledShare } = sharesOf(measured, perMinute);
  const sum = (of: (end: ThrottleEnd) => number) => ends.reduce((all, end) => all + of(end), 0);
  const parts = ends.flatMap((end) => Object.values(end.sent)).map((one) => percent(one / sent));
  const longestS = Math.max(...ends.map((end) => end.longestWaitMs)) / 1000;
  return (
    `${percent(usedShare)} of the limit used, ${percent(throttledShare)} of ${sent} calls throttled, ` +
    `at most ${sum((end) => end.mostWaiting)} waited in a process for at most ${longestS.toFixed(1)} s, ` +
    `${sum((end) => end.sentAway)} waits handed on, parts ${parts.join(' and ')}`
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
