import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readProcessCost } from '../process-cost.ts';

const entry = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

/** How a command is started. */
export type CommandPlace = { readonly stateFolder: string; readonly binary: string };

function start(args: readonly string[], { stateFolder, binary }: CommandPlace) {
  const child = spawn(process.execPath, [entry, ...args], {
    env: { ...process.env, VIDEOQA_HOME: stateFolder, VIDEOQA_TEMPORAL_CLI: binary },
    // Its embedded server would keep a pipe open.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { child, ended: once(child, 'exit') as Promise<[number | null]> };
}

/**
 * Runs a command to its end.
 *
 * @returns seconds
 * @throws {Error} when it did not end with code 0
 */
export async function secondsOf(args: readonly string[], place: CommandPlace): Promise<number> {
  const startedAt = performance.now();
  const [code] = await start(args, place).ended;
  if (code !== 0) throw new Error(`videoqa ${args.join(' ')} ended with ${String(code)}`);
  return (performance.now() - startedAt) / 1000;
}

/**
 * Starts a command, waits until something happens, and stops the command again.
 *
 * @returns seconds from the start of the process until it happened, and its memory then
 * @throws {Error} when the command ended first
 */
export async function secondsUntil(
  happened: () => Promise<boolean>,
  args: readonly string[],
  place: CommandPlace,
): Promise<{ seconds: number; rssMiB: number }> {
  const startedAt = performance.now();
  const { child, ended } = start(args, place);
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!(await happened())) {
    if (isOver) throw new Error(`videoqa ${args.join(' ')} ended before it called the provider`);
    await delay(20);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const { rssMiB } = await readProcessCost(child.pid!);
  child.kill('SIGINT');
  await ended;
  return { seconds, rssMiB };
}
