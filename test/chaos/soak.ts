import { setTimeout as delay } from 'node:timers/promises';
import { createRandom, type Random } from '../../simulator/world/random.ts';
import { type CliEnd, type CliProcess, until } from '../support/e2e-cli.ts';
import { serverPid } from '../support/e2e-state.ts';
import { type KillFigures, measureKills } from './kill-figures.ts';
import type { PartOptions } from './part.ts';
import { openScene, type Scene } from './scene.ts';
import { openRequests } from './stored-state.ts';
import { type Violation, violated } from './violation.ts';

/** `worker` = the command with its workers; `server` = the embedded Temporal server; `both` at once. */
export type KillTarget = 'worker' | 'server' | 'both';

/** One kill. Times are milliseconds since 1970. */
export type Kill = {
  readonly target: KillTarget;
  readonly killedAt: number;
  /** When the same command was given again; for the server, when it was killed. */
  readonly restartedAt: number;
  /** Names of the requests without a settlement at that moment. */
  readonly inFlight: readonly string[];
};

export type SoakOptions = Pick<
  PartOptions,
  'seed' | 'items' | 'faultRate' | 'latencyMs' | 'strategy' | 'say'
> & {
  readonly kills: readonly KillTarget[];
  /** No limit by default. */
  readonly budgetUsd?: number;
};

export type SoakReport = KillFigures & {
  readonly violations: readonly Violation[];
  readonly elapsedS: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly billUsd: number;
  /** Requests that may have been paid for without use: open in the ledger. */
  readonly possiblyPaidTwice: number;
};

/** Faults that sending again can heal, and two that end an item. */
const faultKinds = [
  'rate_limit',
  'server_error',
  'malformed',
  'hang',
  'content_filter',
  'bad_request',
] as const;

/**
 * Runs one evaluation, ends processes with `kill -9` at random moments, gives the same command again
 * each time, and checks what is left.
 */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const scene = await openSoak(options);
  try {
    const startedAt = Date.now();
    const { kills, end } = await killAgainAndAgain(options, scene);
    const endedAt = Date.now();
    const entries = await scene.provider.entries();
    const violations = [
      ...violated('the command ends with 0', end.code === 0 ? [] : [`${end.code}: ${end.stderr}`]),
      ...violated(
        'all kills fell into the run',
        kills.length === options.kills.length ? [] : [`${kills.length}`],
      ),
      ...(await scene.check(kills.map(({ inFlight }) => inFlight))),
    ];
    const summary = end.stdout === '' ? null : (JSON.parse(end.stdout) as Summary);
    return {
      ...measureKills(entries, kills),
      violations,
      elapsedS: (endedAt - startedAt) / 1000,
      outcomes: summary?.counts ?? {},
      failures: summary?.failures ?? {},
      requests: entries.length,
      billUsd: (await scene.provider.totals()).costUsd,
      possiblyPaidTwice: openRequests(scene.home).length,
    };
  } finally {
    await scene.close();
  }
}

/** The scene of a soak, with its faults. */
export async function openSoak(options: SoakOptions): Promise<Scene> {
  const { items, latencyMs, strategy, faultRate, budgetUsd } = options;
  const scene = await openScene({
    name: 'soak',
    items,
    strategy,
    latencyMs,
    itemsInFlight: 32,
    calls: { concurrency: 16, timeoutS: 5 },
    ...(budgetUsd !== undefined && { budgetUsd }),
  });
  if (faultRate > 0)
    await scene.provider.setFaults({ rate: faultRate, kinds: [...faultKinds], retryAfterS: 1 });
  return scene;
}

type Summary = {
  readonly counts: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
};

/** Gives the command, kills it or its server, and gives it again, until it ends by itself. */
export async function killAgainAndAgain(
  options: SoakOptions,
  scene: Scene,
): Promise<{ readonly kills: readonly Kill[]; readonly end: CliEnd }> {
  const random = createRandom(String(options.seed));
  const kills: Kill[] = [];
  let cli = scene.start();
  let lastServer: number | null = null;
  for (const target of options.kills) {
    const isLeft = await randomMoment(random, options, kills.length, scene, cli);
    if (!isLeft) break;
    const server: number | 'ended' | null =
      target === 'worker' ? null : await newServer(scene.home, lastServer, cli);
    if (server === 'ended') break;
    lastServer = server ?? lastServer;
    const killedAt = Date.now();
    if (server !== null) process.kill(server, 'SIGKILL');
    if (target !== 'server') {
      cli.kill();
      await cli.ended;
    }
    const inFlight = openRequests(scene.home);
    if (target !== 'server') cli = scene.start();
    const restartedAt = target === 'server' ? killedAt : cli.startedAt;
    kills.push({ target, killedAt, restartedAt, inFlight });
    options.say(`kill ${kills.length} of ${options.kills.length}: ${target}`);
  }
  return { kills, end: await cli.ended };
}

/** Calls per item at most, a little less, so that all kills fit. */
const callsPerItem = { uniform: 0.9, 'imagined-keyframes': 3.2 } as const;

/**
 * Waits for a moment drawn from the work that is left; every third or so lies in a start.
 *
 * @returns false when the command ended first
 */
async function randomMoment(
  random: Random,
  { items, kills, strategy }: SoakOptions,
  killsDone: number,
  { provider }: Scene,
  cli: CliProcess,
): Promise<boolean> {
  const ended = cli.ended.then(() => false);
  if (killsDone > 0 && random.next() < 0.3) {
    return Promise.race([ended, delay(random.between(100, 3000), true)]);
  }
  const { requests } = await provider.totals();
  const share =
    Math.max(0, items * callsPerItem[strategy] - requests) / (kills.length - killsDone + 1);
  const goal = requests + 1 + Math.floor(random.between(0, 1.5 * share));
  const reached = until(
    `the provider has had ${goal} requests`,
    async () => (await provider.totals()).requests >= goal,
    { everyMs: 20, timeoutMs: 600_000 },
  );
  reached.catch(() => undefined);
  const isLeft = await Promise.race([ended, reached]);
  if (isLeft) await delay(random.between(0, 200));
  return isLeft;
}

/** The server's process, once it is another than the one killed last. */
function newServer(
  home: string,
  lastKilled: number | null,
  cli: CliProcess,
): Promise<number | 'ended'> {
  const found = until('a server runs', async () => {
    const pid = await serverPid(home);
    return pid !== lastKilled && pid;
  });
  found.catch(() => undefined);
  return Promise.race([found, cli.ended.then(() => 'ended' as const)]);
}
