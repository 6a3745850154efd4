import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ConfigInput } from '../../domain/config/config.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import {
  type SimulatedProvider,
  startSimulatedProvider,
} from '../../simulator/server/start-simulated-provider.ts';
import { findTemporalBinary } from '../../workers/embedded/find-temporal-binary.ts';
import { claim, claimLines, endWith } from '../claims.ts';
import { median } from '../median.ts';
import { describeMachine } from '../machine.ts';
import { positive } from '../tree-options.ts';
import { databaseOf, fillState } from './fill-state.ts';
import { datasetOf, writeManyQuestions } from './many-questions.ts';
import { secondsOf, secondsUntil } from './timed-command.ts';

const usage = `npm run bench -- restart [options]

Fills a state folder with a run that is almost done, then times the real commands on it against the
simulated provider: seconds until \`run\` pays its first new call, until \`status\` has answered, and
until \`retry\` of the failed items pays its first. Each is done several times on fresh copies; what
is held against its goal is the median. Needs \`npm run build\`.

  --rows <n>     finished items, the failed ones included (2000); 99000 for the goal, whose filling
                 alone takes about 6 minutes
  --open <n>     items that never ended (200); 1000 for the goal
  --failed <n>   of the finished ones (20); 50 of 5000 rows for the goal of retry
  --times <n>    times each command is done (3)
  --json         one JSON document`;

/** Seconds. */
const goals = { run: 15, status: 2, retry: 5, retryOfFewRows: 3 };
const fewRows = 10_000;

/** Measures starting again beside many finished rows. */
export async function measureRestart(args: readonly string[]): Promise<void> {
  const request = parseRequest(args);
  const onProgress = (message: string): void => console.error(message);
  const found = await findTemporalBinary({
    environment: process.env,
    createdBy: null,
    onProgress,
  });
  const machine = await describeMachine(found);
  const folder = await mkdtemp(join(tmpdir(), 'videoqa-bench-'));
  const billFile = join(folder, 'bill.jsonl');
  const provider = await startSimulatedProvider({ billFile, latencyMs: { chat: 200, image: 200 } });
  try {
    const measured = await measure(folder, provider, found.path, request);
    const bounds = boundsOf(measured, request.rows);
    endWith(bounds);
    const command = `npm run bench -- restart ${args.join(' ')}`.trim();
    const report = { command, machine, ...request, ...measured, bounds };
    if (request.json) return console.log(JSON.stringify(report, null, 2));
    const { cpu, cores, loadBefore } = machine;
    console.log(
      [
        command,
        `${cpu}, ${cores} cores; load before: ${loadBefore.toFixed(2)}`,
        `filled in ${measured.fillS.toFixed(0)} s, our database ${measured.databaseKiBPerRow.toFixed(1)} KiB per row; memory of the command at the first call: ${measured.runRssMiB.toFixed(0)} MiB`,
        `run: ${eachOf(measured.runS)}; status: ${eachOf(measured.statusS)}; status --json: ${eachOf(measured.statusJsonS)}; retry: ${eachOf(measured.retryS)}`,
        ...claimLines(bounds),
      ].join('\n'),
    );
  } finally {
    await provider.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

type Measured = {
  readonly fillS: number;
  readonly databaseKiBPerRow: number;
  readonly runS: number[];
  /** The most of them. */
  runRssMiB: number;
  readonly statusS: number[];
  readonly statusJsonS: number[];
  readonly retryS: number[];
};

type Request = ReturnType<typeof parseRequest>;

const eachOf = (seconds: readonly number[]): string =>
  `${seconds.map((each) => each.toFixed(2)).join(', ')} s`;

async function measure(
  folder: string,
  provider: SimulatedProvider,
  binary: string,
  { rows, open, failed, times }: Request,
): Promise<Measured> {
  const configFile = await writeConfig(folder, provider.url, rows + open);
  const [filled, used] = [join(folder, 'filled'), join(folder, 'used')];
  await mkdir(filled, { mode: 0o700 });
  const startedAt = performance.now();
  const { runId } = await fillState(filled, configFile, { rows, failed });
  const fillS = (performance.now() - startedAt) / 1000;
  const { size } = await stat(databaseOf(filled));

  const hasNewCall = await watchBill(provider);
  const place = { stateFolder: used, binary };
  const firstCallOf = async (...command: string[]) => {
    await rm(used, { recursive: true, force: true });
    await cp(filled, used, { recursive: true });
    return secondsUntil(await hasNewCall(), command, place);
  };
  const measured: Measured = {
    fillS,
    databaseKiBPerRow: size / 1024 / rows,
    runS: [],
    runRssMiB: 0,
    statusS: [],
    statusJsonS: [],
    retryS: [],
  };
  for (let time = 0; time < times; time += 1) {
    const run = await firstCallOf('run', configFile);
    measured.runS.push(run.seconds);
    measured.runRssMiB = Math.max(measured.runRssMiB, run.rssMiB);
    measured.statusS.push(await secondsOf(['status', runId], place));
    measured.statusJsonS.push(await secondsOf(['status', runId, '--json'], place));
    const retry = await firstCallOf('retry', runId, '--class', 'bad_envelope');
    measured.retryS.push(retry.seconds);
  }
  return measured;
}

/** Asks the bill whether there is a call more than when the asking began. */
async function watchBill({ url }: SimulatedProvider) {
  const calls = async (): Promise<number> => {
    const bill = (await (await fetch(`${url}/bill`)).json()) as { requests: number };
    return bill.requests;
  };
  return async () => {
    const before = await calls();
    return async () => (await calls()) > before;
  };
}

async function writeConfig(folder: string, url: string, items: number): Promise<string> {
  const questions = await writeManyQuestions(folder, items);
  const config: ConfigInput = {
    name: 'restart',
    dataset: datasetOf(questions),
    models: {
      answer: {
        provider: 'simulated',
        model: 'simulated-vlm',
        baseUrl: `${url}/v1`,
        apiKeyEnv: null,
        price: { inputPerM: 0.4, outputPerM: 1.2 },
      },
    },
    strategy: { name: 'uniform', answerFrames: 8 },
    run: { itemsInFlight: 16 },
  };
  const path = join(folder, 'restart.yaml');
  await writeFile(path, JSON.stringify(config));
  return path;
}

function boundsOf({ runS, statusS, statusJsonS, retryS }: Measured, rows: number) {
  const retryGoal = rows > fewRows ? goals.retry : goals.retryOfFewRows;
  const within = (text: string, each: readonly number[], goal: number) => {
    const seconds = median(each) ?? Number.NaN;
    return claim(`${text} <= ${goal} s`, seconds, seconds <= goal);
  };
  return [
    within('run, to the first new call', runS, goals.run),
    within('status', statusS, goals.status),
    within('status --json', statusJsonS, goals.status),
    within('retry of the failed, to the first new call', retryS, retryGoal),
  ];
}

function parseRequest(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: 'string', default: '2000' },
      open: { type: 'string', default: '200' },
      failed: { type: 'string', default: '20' },
      times: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new UsageError(usage);
  return {
    rows: positive('--rows', values.rows),
    open: positive('--open', values.open),
    failed: positive('--failed', values.failed),
    times: positive('--times', values.times),
    json: values.json,
  };
}
