import { execa } from 'execa';

/** What a command cost from its start to its end, every process it waited for included. */
export type CommandCost = {
  readonly cpuS: number;
  readonly wallS: number;
  readonly stdout: string;
};

/** Bash's `times` says what the processes it has waited for used, and those they waited for. */
const script = '"$@"; code=$?; times >&3; exit $code';

/**
 * Runs a command to its end.
 *
 * @throws {Error} when it fails, with what it said
 */
export async function cpuOfCommand(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<CommandCost> {
  const startedAt = performance.now();
  const { stdout, stdio } = await execa('bash', ['-c', script, 'bash', ...command], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const wallS = (performance.now() - startedAt) / 1000;
  const times = stdio[3] ?? '';
  return { cpuS: secondsOfChildren(times), wallS, stdout };
}

/** The second line is that of the children: `1m2.345s 0m0.678s`, user and system. */
function secondsOfChildren(times: string): number {
  const [, children = ''] = times.trim().split('\n');
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}
