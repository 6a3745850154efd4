import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatAddress, type ListenAddress } from '../../domain/config/listen-address.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';

export type MetricsEndpoint = {
  /** Where Prometheus finds the metrics. */
  readonly url: string;
  close(): Promise<void>;
};

/** How long the second source may take; its part is left out after that. */
const otherSourceMs = 2000;

/**
 * Serves the metrics of this product and, behind them, those of another endpoint of this process,
 * which can serve them only on a port of its own.
 *
 * @param options.otherUrl  null when there is none
 * @throws {EnvironmentError} when the address cannot be listened on
 */
export async function openMetricsEndpoint(options: {
  readonly address: ListenAddress;
  readonly render: () => Promise<string>;
  readonly otherUrl: string | null;
}): Promise<MetricsEndpoint> {
  const { address, render, otherUrl } = options;
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end('Metrics are at /metrics\n');
      return;
    }
    void Promise.all([render(), otherUrl === null ? '' : readOther(otherUrl)]).then(
      (parts) => {
        response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
        response.end(parts.join(''));
      },
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new EnvironmentError(
          `Metrics cannot be served on ${address.host}:${address.port}: ${cause.message}. ` +
            'Name another port: --metrics <host>:<port>.',
          { cause },
        ),
      );
    });
    server.listen(address.port, address.host, resolve);
  });
  // Metrics alone keep no process alive.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${formatAddress({ host: address.host, port })}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readOther(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(otherSourceMs) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}
