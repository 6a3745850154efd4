import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ConfigInput } from '../../domain/config/config.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { startSimulatedProvider } from '../../simulator/server/start-simulated-provider.ts';
import { findTemporalBinary } from '../../workers/embedded/find-temporal-binary.ts';
import { describeMachine } from '../machine.ts';
import { datasetOf, type ManyQuestions, writeManyQuestions } from '../restart/many-questions.ts';
import { positive } from '../tree-options.ts';
import { cpuOfCommand } from './cpu-of-command.ts';

const usage = `npm run bench -- peers [options]

One chat call with one picture per item, through the same simulated provider: the real command beside
inspect_ai. CPU is that of every process of a command, start-up included, the provider's left out.
Needs \`npm run build\`.

  --items <n>     (200); 5000 for the figures in docs/benchmarks.md
  --window <n>    items in flight (16)
  --python <path> a Python with inspect_ai and openai; without it inspect_ai is not measured
  --json          one JSON document`;

type Request = { readonly items: number; readonly window: number; readonly python: string | null };

type PeerCost = { readonly cpuMsPerItem: number; readonly wallS: number };

/** Measures both on the same questions. */
export async function measurePeers(args: readonly string[]): Promise<void> {
  const { json, ...request } = parseRequest(args);
  const onProgress = (message: string): void => console.error(message);
  const found = await findTemporalBinary({ environment: process.env, createdBy: null, onProgress });
  const machine = await describeMachine(found);
  const folder = await mkdtemp(join(tmpdir(), 'videoqa-bench-'));
  const provider = await startSimulatedProvider({ billFile: join(folder, 'bill.jsonl') });
  try {
    const questions = await writeManyQuestions(folder, request.items);
    const place = { folder, url: provider.url, questions, binary: found.path };
    const ours = await measureOurs(place, request);
    const inspect = request.python === null ? null : await measureInspect(place, request);
    const command = `npm run bench -- peers ${args.join(' ')}`.trim();
    const report = { command, machine, ...request, ours, inspect };
    if (json) return console.log(JSON.stringify(report, null, 2));
    console.log(
      [
        command,
        `${machine.cpu}, ${machine.cores} cores; load before: ${machine.loadBefore.toFixed(2)}`,
        line('durable-videoqa', ours),
        line('inspect_ai', inspect),
      ].join('\n'),
    );
  } finally {
    await provider.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function line(name: string, cost: PeerCost | null): string {
  if (cost === null) return `${name}: not measured; name a Python that has it with --python`;
  return `${name}: ${cost.cpuMsPerItem.toFixed(1)} CPU ms/item, ${cost.wallS.toFixed(1)} s`;
}

type Place = {
  readonly folder: string;
  readonly url: string;
  readonly questions: ManyQuestions;
  readonly binary: string;
};

async function measureOurs(
  { folder, url, questions, binary }: Place,
  { items, window }: Request,
): Promise<PeerCost> {
  const config: ConfigInput = {
    name: 'peers',
    dataset: datasetOf(questions),
    models: {
      answer: {
        provider: 'simulated',
        model: 'simulated-vlm',
        baseUrl: `${url}/v1`,
        apiKeyEnv: null,
        concurrency: window,
      },
    },
    strategy: { name: 'uniform', initialFrames: 1, answerFrames: 1 },
    run: { itemsInFlight: window, failOn: 1 },
  };
  const file = join(folder, 'peers.yaml');
  await writeFile(file, JSON.stringify(config));
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  const entry = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
  const { cpuS, wallS } = await cpuOfCommand([process.execPath, entry, 'run', file, '--json'], {
    VIDEOQA_HOME: home,
    VIDEOQA_TEMPORAL_CLI: binary,
  });
  return { cpuMsPerItem: (cpuS * 1000) / items, wallS };
}

async function measureInspect(
  { folder, url, questions }: Place,
  { items, window, python }: Request,
): Promise<PeerCost> {
  const file = join(folder, 'inspect.jsonl');
  await writeFile(file, await inspectItems(questions));
  // Compiled files lie below dist/, the script does not.
  const script = fileURLToPath(new URL('../../../bench/peers/inspect_task.py', import.meta.url));
  const { cpuS, wallS } = await cpuOfCommand([python!, script, file, `${window}`], {
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: 'none',
  });
  return { cpuMsPerItem: (cpuS * 1000) / items, wallS };
}

/** The same questions, each with the first frame of its video. */
async function inspectItems({ file, frames }: ManyQuestions): Promise<string> {
  const videos = (await readFile(file, 'utf8')).split('\n').filter((text) => text !== '');
  return videos
    .flatMap((text) => {
      const { key, qa } = JSON.parse(text) as {
        key: string;
        qa: { uid: string; question: string; answer: string }[];
      };
      const picture = join(frames, key, 'frame_0.jpg');
      return qa.map(({ uid, question, answer }) =>
        JSON.stringify({ id: uid, question, answer, picture }),
      );
    })
    .join('\n');
}

function parseRequest(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      items: { type: 'string', default: '200' },
      window: { type: 'string', default: '16' },
      python: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) throw new UsageError(usage);
  return {
    items: positive('--items', values.items),
    window: positive('--window', values.window),
    python: values.python ?? null,
    json: values.json,
  };
}
