import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import type { ServerProcess } from './launch-temporal-server.ts';
import { prepareNamespace, proveServing } from './namespace-setup.ts';

/**
 * Waits until the server truly answers, sets up the namespace, and returns the server's version.
 *
 * @throws {EnvironmentError} when the server runs and must not be used as it is
 * @throws {Error} when it ended, did not answer within `limitMs`, or `signal` was aborted
 */
export async function waitUntilServing(
  address: string,
  server: ServerProcess,
  options: { readonly limitMs: number; readonly signal: AbortSignal },
): Promise<string> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([giveUp.signal, options.signal]);
  try {
    return await Promise.race([
      server.ended.then((how) => Promise.reject(new Error(`the server process ended (${how})`))),
      rejectWhenAborted(options.signal),
      tryUntil(address, Date.now() + options.limitMs, signal),
    ]);
  } finally {
    giveUp.abort();
  }
}

async function tryUntil(address: string, deadline: number, signal: AbortSignal): Promise<string> {
  let lastError: unknown = new Error('it was not asked');
  while (Date.now() < deadline && !signal.aborted) {
    try {
      return await prepareOnce(address);
    } catch (error) {
      if (error instanceof EnvironmentError) throw error;
      lastError = error;
    }
    await delay(100, undefined, { signal }).catch(() => undefined);
  }
  throw new Error(`the server does not answer on ${address}: ${(lastError as Error).message}`);
}

/** gRPC would leave a port that is not open yet alone for a second. */
const channelArgs = {
  'grpc.initial_reconnect_backoff_ms': 20,
  'grpc.max_reconnect_backoff_ms': 100,
};

async function prepareOnce(address: string): Promise<string> {
  const connection = await Connection.connect({ address, connectTimeout: '2s', channelArgs });
  try {
    return await connection.withDeadline(Date.now() + 10_000, async () => {
      await prepareNamespace(connection);
      await proveServing(connection);
      const { serverVersion } = await connection.workflowService.getSystemInfo({});
      return serverVersion ?? '';
    });
  } finally {
    await connection.close();
  }
}

function rejectWhenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(new Error('stopped while it was starting'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
