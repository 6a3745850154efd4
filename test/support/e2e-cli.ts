import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { temporalBinary } from './temporal-binary.ts';

/** How a `videoqa` process ended; `code` is null where a signal ended it. */
export type CliEnd = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type CliProcess = {
  readonly pid: number;
  /** Milliseconds since 1970 at which it was started. */
  readonly startedAt: number;
  /** What it has written so far to both streams. */
  said(): string;
  /** `kill -9` of this process alone: its server, in a group of its own, lives on. */
  kill(signal?: NodeJS.Signals): void;
  readonly ended: Promise<CliEnd>;
};

/** The compiled command line: a start from source costs a second more. */
const cliEntry = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What keeps these tests from running here, or null. */
export const e2eObstacle: string | null =
  temporalBinary === undefined
    ? 'no Temporal CLI on this machine'
    : existsSync(cliEntry)
      ? null
      : 'dist/cli/main.js is missing: npm run build';

export type CliPlace = {
  /** The state folder (`VIDEOQA_HOME`). */
  readonly home: string;
  readonly environment?: Readonly<Record<string, string>>;
};

/** Starts `videoqa <args>` as a process of its own. */
export function startCli(
  args: readonly string[],
  { home, environment = {} }: CliPlace,
): CliProcess {
  const child = spawn(process.execPath, [cliEntry, ...args], {
    cwd: tmpdir(),
    env: { ...cleanEnvironment(), ...environment, VIDEOQA_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (heard[name] += text));
  }
  const ended = new Promise<CliEnd>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...heard }));
  });
  return {
    pid: pidOf(child),
    startedAt: Date.now(),
    said: () => heard.stdout + heard.stderr,
    kill: (signal = 'SIGKILL') => void child.kill(signal),
    ended,
  };
}

/** Runs `videoqa <args>` to its end. */
export function runCli(args: readonly string[], place: CliPlace): Promise<CliEnd> {
  return startCli(args, place).ended;
}

/** A folder of its own, removed again with whatever a killed process left running in it. */
export async function makeHome(): Promise<{ home: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'videoqa-e2e-'));
  const home = join(folder, 'state');
  return {
    home,
    async remove() {
      await runCli(['down'], { home });
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Asks until the answer is there. */
export async function until<Found>(
  what: string,
  ask: () => Promise<Found | null | undefined | false> | Found | null | undefined | false,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<Found> {
  const { timeoutMs = 120_000, everyMs = 50 } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await ask();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await delay(everyMs);
  }
}

/** Nothing that this machine is set up with decides a test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL_|VIDEOQA_|ARK_|OPENAI_|VITEST|NODE_OPTIONS)/.test(name),
  );
  return { ...Object.fromEntries(ours), NO_COLOR: '1', VIDEOQA_TEMPORAL_CLI: temporalBinary ?? '' };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process could not be started');
  return pid;
}
