import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { freemem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { openPayloadEncryption } from '../../workers/payload-encryption.ts';
import { logLevelOf } from '../../workers/worker-logger.ts';
import { formatAddress, type ListenAddress } from '../../domain/config/listen-address.ts';
import { metricsAddress } from '../metrics-address.ts';
import { type Finding, finding } from './check.ts';
import {
  judgeEventLoop,
  judgeMemory,
  judgeMetricsAddress,
  judgeNativeModule,
  judgeNode,
  judgeOpenFiles,
  judgeProxy,
  judgeTimeZone,
} from './judge-machine.ts';

/** Modules with machine code of their own, which an install for another system leaves useless. */
const nativeModules = ['libsql', 'sharp', 'onnxruntime-node', '@temporalio/worker'] as const;

/** The machine and the environment, whatever is to run on it. */
export async function checkMachine(
  environment: NodeJS.ProcessEnv,
  modelBytes: number,
): Promise<Finding[]> {
  // Before anything else of this process is at work: it would be measured, too.
  const eventLoop = judgeEventLoop(await worstLatenessMs());
  return [
    judgeNode(process.versions.node),
    ...(await Promise.all(
      nativeModules.map(async (name) => judgeNativeModule(name, await loadFailure(name))),
    )),
    eventLoop,
    judgeMemory({ freeBytes: await freeBytes(), modelBytes }),
    judgeOpenFiles(await openFileLimit()),
    judgeTimeZone(Intl.DateTimeFormat().resolvedOptions().timeZone),
    judgeProxy(inLowerCase(environment)),
    await checkMetrics(environment),
    await finding('payload key', 'unset VIDEOQA_PAYLOAD_KEY', async () => {
      const { isOn } = await openPayloadEncryption(environment);
      return isOn ? 'set: what Temporal stores is encrypted' : 'none: Temporal stores plain JSON';
    }),
    await finding('log level', 'unset VIDEOQA_LOG_LEVEL', async () => logLevelOf(environment)),
  ];
}

async function loadFailure(name: (typeof nativeModules)[number]): Promise<string | null> {
  try {
    await import(name);
    return null;
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? 'unknown';
  }
}

/** Timers of 10 ms, for a fifth of a second. */
async function worstLatenessMs(): Promise<number> {
  let worst = 0;
  for (let beat = 0; beat < 20; beat += 1) {
    const started = performance.now();
    await delay(10);
    worst = Math.max(worst, performance.now() - started - 10);
  }
  return worst;
}

/** Linux counts what it can take back from its caches as available. */
async function freeBytes(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}

async function openFileLimit(): Promise<number | null> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+)/m.exec(text)?.[1];
  return soft === undefined ? null : Number(soft);
}

function inLowerCase(environment: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function checkMetrics(environment: NodeJS.ProcessEnv): Promise<Finding> {
  return finding('metrics', 'unset VIDEOQA_METRICS', async () => {
    const address = metricsAddress(undefined, environment);
    if (address === null) return judgeMetricsAddress(null, null);
    return judgeMetricsAddress(formatAddress(address), await listenProblem(address));
  });
}

/** Why an address cannot be listened on; null when it can. */
export function listenProblem({ host, port }: ListenAddress): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}
