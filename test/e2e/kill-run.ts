import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Row } from '../../domain/row.ts';
import { createRandom, type Random } from '../../simulator/world/random.ts';
import { makeHome, runCli, startCli, until, type CliProcess } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { startRemoteProvider, type RemoteProvider } from '../support/e2e-provider.ts';
import { listRuns, readRun, requestIdOf, serverPid } from '../support/e2e-state.ts';
import { auditKills, type Kill, type KillAudit, type KillTarget } from './kill-audit.ts';

export type KillRunOptions = {
  readonly target: KillTarget;
  readonly items: number;
  readonly kills: number;
  readonly latencyMs: number;
  readonly seed: number;
  readonly onProgress?: (message: string) => void;
};

/**
 * Runs one evaluation of imagined key frames against a provider with a bill, ends processes with
 * `kill -9` at random moments, starts the same command again each time, and audits what is left.
 */
export async function killRun(options: KillRunOptions): Promise<KillAudit> {
  const { items, latencyMs, target } = options;
  const { home, remove } = await makeHome();
  const folder = dirname(home);
  const provider = await startRemoteProvider(folder, latencyMs);
  try {
    const config = await writeConfig(join(folder, 'run.yaml'), {
      name: `kill-${target}`,
      dataset: await drawDataset(items),
      items,
      providerUrl: provider.url,
      strategy: 'imagined-keyframes',
      calls: { concurrency: 8 },
    });
    await mkdir(home, { recursive: true, mode: 0o700 });
    const startedAt = Date.now();
    const { kills, exitCode, output } = await killAgainAndAgain(options, {
      home,
      provider,
      start: () => startCli(['run', config, '--json'], { home }),
    });
    const endedAt = Date.now();
    const [run] = await listRuns(home);
    if (run === undefined) throw new Error(`the run was never written down:\n${output}`);
    const state = await readRun(home, run.runId);
    const exported = await exportedItems(home, run.runId);
    const entries = await provider.entries();
    return auditKills({ target, state, exported, entries, kills, exitCode, startedAt, endedAt });
  } finally {
    await remove();
    await provider.close();
  }
}

/** The items of the run's export, one name a line of it. */
async function exportedItems(home: string, runId: string): Promise<string[]> {
  const out = join(home, '..', 'export');
  await runCli(['export', runId, '--format', 'jsonl', '--out', out], { home });
  const lines = (await readFile(join(out, `${runId}.jsonl`), 'utf8')).trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as Row).item_id);
}

type Scene = {
  readonly home: string;
  readonly provider: RemoteProvider;
  /** The command that is given again after every kill. */
  readonly start: () => CliProcess;
};

async function killAgainAndAgain(
  options: KillRunOptions,
  scene: Scene,
): Promise<{ kills: Kill[]; exitCode: number | null; output: string }> {
  const random = createRandom(String(options.seed));
  const kills: Kill[] = [];
  let cli = scene.start();
  let lastServer: number | null = null;
  while (kills.length < options.kills) {
    const moment = await randomMoment(random, options, kills.length, scene, cli);
    if (moment === 'ended') break;
    const server: number | 'ended' | null =
      options.target === 'cli' ? null : await newServer(scene.home, lastServer, cli);
    if (server === 'ended') break;
    lastServer = server ?? lastServer;
    const killedAt = Date.now();
    if (server !== null) process.kill(server, 'SIGKILL');
    if (options.target !== 'server') {
      cli.kill();
      await cli.ended;
    }
    const inFlight = await openRequests(scene.home);
    if (options.target !== 'server') cli = scene.start();
    const restartedAt = options.target === 'server' ? killedAt : cli.startedAt;
    kills.push({ moment, killedAt, restartedAt, inFlight });
    options.onProgress?.(`${options.target}: kill ${kills.length} while ${moment}`);
  }
  const end = await cli.ended;
  return { kills, exitCode: end.code, output: end.stdout + end.stderr };
}

/** Calls per item at most: a plan, two pictures, an answer; a little less, so that all kills fit. */
const callsPerItem = 3.5;

/** Waits for a moment drawn from the work that is left; every third or so lies in a start. */
async function randomMoment(
  random: Random,
  { items, kills }: KillRunOptions,
  killsDone: number,
  { provider }: Scene,
  cli: CliProcess,
): Promise<'starting' | 'working' | 'ended'> {
  const ended = cli.ended.then(() => 'ended' as const);
  if (killsDone > 0 && random.next() < 0.3) {
    return Promise.race([ended, delay(random.between(100, 3000), 'starting' as const)]);
  }
  const { requests } = await provider.totals();
  const left = Math.max(0, items * callsPerItem - requests) / (kills - killsDone + 1);
  const goal = requests + 1 + Math.floor(random.between(0, 1.5 * left));
  const reached = until(
    `the provider has had ${goal} requests`,
    async () => (await provider.totals()).requests >= goal && ('working' as const),
    { everyMs: 20, timeoutMs: 120_000 },
  );
  const moment = await Promise.race([ended, reached]);
  reached.catch(() => undefined);
  if (moment === 'working') await delay(random.between(0, 200));
  return moment;
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

/** Names of the requests that were under way when the processes ended. */
async function openRequests(home: string): Promise<string[]> {
  const [run] = await listRuns(home);
  if (run === undefined) return [];
  return (await readRun(home, run.runId)).ledger.openIntents.map(requestIdOf);
}
