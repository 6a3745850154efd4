import { execa, type ResultPromise } from 'execa';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '../../domain/config/config.ts';
import type { BillEntry } from '../../simulator/server/bill.ts';
import { startSimulatedProvider } from '../../simulator/server/start-simulated-provider.ts';
import { findTemporalBinary } from '../../workers/embedded/find-temporal-binary.ts';
import { choosePorts } from '../../workers/embedded/free-ports.ts';
import { type MeasuredServer, startServerWith } from '../measured-server.ts';
import { measuredSettings } from '../../workers/embedded/server-settings.ts';
import { datasetOf, type ManyQuestions, writeManyQuestions } from '../restart/many-questions.ts';

export type TreeThrottleCase = {
  readonly name: string;
  readonly workers: number;
  readonly runs: number;
};

/** `videoqa worker` processes on one server and one database, and the runs they share. */
export const treeThrottleCases: readonly TreeThrottleCase[] = [
  { name: 'two worker processes', workers: 2, runs: 1 },
  { name: 'two runs', workers: 1, runs: 2 },
];

export type TreeThrottle = {
  /** Accepted calls, to those that the limit allows from the first request to the last. */
  readonly usedShare: number;
  readonly requests: number;
  readonly throttledShare: number;
  readonly seconds: number;
  /** Of the first half of the accepted calls, the part of the run that had the least. */
  readonly smallestPart: number;
  /** Activity slots in use at once, over all workers and queues: calls, and waits of at most 10 s. */
  readonly mostSlots: number;
  /** Items open at once. */
  readonly open: number;
};

type Asked = { readonly seconds: number; readonly perMinute: number };

const cli = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
/** Of each run: more than the limit lets through in 10 s, so that waits are handed back. */
const itemsInFlight = 200;

/** Measures one case with the real commands. Needs `npm run build`. */
export async function measureTreeThrottle(
  { workers, runs }: TreeThrottleCase,
  { seconds, perMinute }: Asked,
): Promise<TreeThrottle> {
  const onProgress = (message: string): void => console.error(message);
  const { path } = await findTemporalBinary({
    environment: process.env,
    createdBy: null,
    onProgress,
  });
  const folder = await mkdtemp(join(tmpdir(), 'videoqa-throttle-'));
  const billFile = join(folder, 'bill.jsonl');
  const provider = await startSimulatedProvider({
    billFile,
    latencyMs: { chat: 300, image: 300 },
    requestsPerMinute: perMinute,
  });
  const server = await startServerWith(measuredSettings, { folder, binary: path });
  const started: ResultPromise[] = [];
  try {
    const start = startIn(await makeHome(folder), server);
    const { grpc: metricsPort } = await choosePorts(null);
    const ports = Array.from({ length: workers }, (_, n) => metricsPort + n);
    for (const port of ports) started.push(start(['worker', '--metrics', `${port}`]));
    const items = Math.round((seconds * perMinute) / 60 / runs);
    const questions = await writeManyQuestions(folder, items);
    const files = Array.from({ length: runs }, (_, n) => join(folder, `run-${n}.yaml`));
    for (const [n, file] of files.entries()) {
      const config = configOf({ name: `run-${n}`, questions, url: provider.url, perMinute });
      await writeFile(file, JSON.stringify(config));
    }
    const ends = files.map((file) => start(['run', file, '--json']));
    started.push(...ends);
    const slots = watchSlots(ports);
    await Promise.all(ends);
    const entries = await readBill(billFile);
    return {
      ...usedOf(entries, perMinute),
      smallestPart: smallestPartOf(entries, runs),
      mostSlots: slots.stop(),
      open: itemsInFlight * runs,
    };
  } finally {
    for (const child of started) child.kill('SIGTERM');
    await Promise.allSettled(started);
    await server.close();
    await provider.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function readBill(file: string): Promise<BillEntry[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as BillEntry);
}

async function makeHome(folder: string): Promise<string> {
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  return home;
}

function startIn(home: string, { address, namespace }: MeasuredServer) {
  const env = { VIDEOQA_HOME: home, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  return (args: readonly string[]): ResultPromise => {
    return execa(process.execPath, [cli, ...args], { env, stdio: 'ignore' });
  };
}

function configOf(about: {
  readonly name: string;
  readonly questions: ManyQuestions;
  readonly url: string;
  readonly perMinute: number;
}): ConfigInput {
  const { name, questions, url, perMinute } = about;
  return {
    name,
    dataset: datasetOf(questions),
    models: {
      answer: {
        provider: 'simulated',
        // The bill tells the runs apart by it; the account is the same.
        model: `simulated-vlm-${name}`,
        baseUrl: `${url}/v1`,
        apiKeyEnv: null,
        concurrency: 64,
        requestsPerMinute: perMinute,
      },
    },
    strategy: { name: 'uniform', initialFrames: 1, answerFrames: 1 },
    run: { itemsInFlight, failOn: 1 },
  };
}

function usedOf(entries: readonly BillEntry[], perMinute: number) {
  const times = entries.map(({ at }) => Date.parse(at));
  const seconds = (Math.max(...times) - Math.min(...times)) / 1000;
  const throttled = entries.filter(({ status }) => status === 429).length;
  return {
    usedShare: (entries.length - throttled) / ((perMinute * seconds) / 60),
    requests: entries.length,
    throttledShare: throttled / entries.length,
    seconds,
  };
}

function smallestPartOf(entries: readonly BillEntry[], runs: number): number {
  const accepted = entries.filter(({ status }) => status < 300);
  const half = accepted.slice(0, Math.floor(accepted.length / 2));
  const counts = new Map<string, number>();
  for (const { model } of half) counts.set(model, (counts.get(model) ?? 0) + 1);
  return counts.size < runs ? 0 : Math.min(...counts.values()) / half.length;
}

/** Looks at every worker's metrics once a second. */
function watchSlots(ports: readonly number[]) {
  const stopping = new AbortController();
  let most = 0;
  void (async () => {
    while (!stopping.signal.aborted) {
      const used = await Promise.all(ports.map(slotsUsed));
      most = Math.max(
        most,
        used.reduce((sum, one) => sum + one, 0),
      );
      await delay(1000);
    }
  })();
  return {
    stop(): number {
      stopping.abort();
      return most;
    },
  };
}

async function slotsUsed(port: number): Promise<number> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (response) => response.text(),
    () => '',
  );
  const samples = text.matchAll(
    /^temporal_worker_task_slots_used\{.*worker_type="ActivityWorker".*\} (\S+)$/gm,
  );
  return [...samples].reduce((sum, [, value]) => sum + Number(value), 0);
}
