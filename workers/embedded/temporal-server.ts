import { setTimeout as delay } from 'node:timers/promises';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import {
  lastWordsOf,
  launchTemporalServer,
  serverLogFile,
  type ServerProcess,
  type ServerSpecification,
} from './launch-temporal-server.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { waitUntilServing } from './server-readiness.ts';
import { stopProcessGroup } from './stop-process-group.ts';

/** How long a server may take from its start to its answers; a slow disk counts, a hang does not. */
const startLimitMs = 60_000;
/** Starts in a row that may fail before this is given up. */
const maxStarts = 3;
/** A server that lived shorter than this is started again with growing pauses. */
const shortLifeMs = 10_000;

/** A server that is kept running until stopped. */
export type TemporalServer = {
  /** Settles when the server cannot be kept running: several starts in a row did not come up. */
  readonly fatal: Promise<EnvironmentError>;
  /** Ends the server and the watch over it; returns when the process is gone. */
  stop(): Promise<void>;
};

/** What keeping a server running needs. */
export type ServerWatch = {
  readonly specification: ServerSpecification;
  readonly onProgress: (message: string) => void;
  /** Called with each new server process after the first. */
  readonly onRestarted: (process: ProcessIdentity) => Promise<void>;
};

/** The address workers and clients connect to. */
export function serverAddress({ ports }: Pick<ServerSpecification, 'ports'>): string {
  return `127.0.0.1:${ports.grpc}`;
}

/**
 * Starts the server and waits until it answers; tries up to three times.
 *
 * @throws {EnvironmentError} when none of the starts came up
 */
export async function bringUpServer(
  specification: ServerSpecification,
  onProgress: (message: string) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<ServerProcess> {
  let lastReason = '';
  for (let start = 1; start <= maxStarts; start++) {
    const server = await launchTemporalServer(specification);
    try {
      const limits = { limitMs: startLimitMs, signal };
      await waitUntilServing(serverAddress(specification), server, limits);
      return server;
    } catch (error) {
      if (server.identity) await stopProcessGroup(server.identity);
      if (signal.aborted || error instanceof EnvironmentError) throw error;
      lastReason = `${(error as Error).message}; ${await lastWordsOf(specification.stateFolder)}`;
      onProgress(`Start ${start} of ${maxStarts} of the Temporal server failed: ${lastReason}`);
    }
    if (start < maxStarts) await delay(500 * 2 ** start, undefined, { signal });
  }
  throw new EnvironmentError(
    `The Temporal server did not come up in ${maxStarts} starts in a row; at last: ${lastReason}. ` +
      `See more of its log: tail -n 20 '${serverLogFile(specification.stateFolder)}'`,
  );
}

/** Watches over a server that answers, and starts it again on the same ports and file when it dies. */
export function keepServerRunning(first: ServerProcess, watch: ServerWatch): TemporalServer {
  const stopping = new AbortController();
  let current = first;
  const keepRunning = async (): Promise<void> => {
    for (let shortLives = 0; ;) {
      const since = Date.now();
      // An adopted server's end is only looked for now and then, without keeping this process alive.
      const how = await Promise.race([current.ended, aborted(stopping.signal)]);
      if (stopping.signal.aborted) return;
      shortLives = Date.now() - since < shortLifeMs ? shortLives + 1 : 0;
      watch.onProgress(`The Temporal server died (${how}); it is started again`);
      await delay(Math.min(100 * 2 ** shortLives, 5_000), undefined, { signal: stopping.signal });
      current = await bringUpServer(watch.specification, watch.onProgress, stopping.signal);
      watch.onProgress('The Temporal server answers again');
      if (current.identity) await watch.onRestarted(current.identity);
    }
  };
  const settled = keepRunning().then(
    () => null,
    (error: unknown) => (stopping.signal.aborted ? null : asEnvironmentError(error)),
  );
  return {
    fatal: new Promise((resolve) => void settled.then((error) => error && resolve(error))),
    stop: async () => {
      stopping.abort();
      if (current.identity) await stopProcessGroup(current.identity);
      await settled;
      // A start that came up in the same moment.
      if (current.identity) await stopProcessGroup(current.identity);
    },
  };
}

function aborted(signal: AbortSignal): Promise<string> {
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve('stopped'), { once: true }),
  );
}

function asEnvironmentError(cause: unknown): EnvironmentError {
  if (cause instanceof EnvironmentError) return cause;
  return new EnvironmentError(
    `The Temporal server could not be kept running: ${(cause as Error).message}`,
    { cause },
  );
}
