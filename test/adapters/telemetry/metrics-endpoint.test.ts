import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openMetricsEndpoint } from '../../../adapters/telemetry/metrics-endpoint.ts';
import { EnvironmentError } from '../../../domain/errors/usage-error.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const anyPort = { host: '127.0.0.1', port: 0 };
const render = async () => 'ours 1\n';

async function otherSource(): Promise<string> {
  const server = createServer((_, response) => response.end('theirs 2\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

async function open(otherUrl: string | null) {
  const endpoint = await openMetricsEndpoint({ address: anyPort, render, otherUrl });
  closers.push(endpoint.close);
  return endpoint;
}

it('serves both sources at one address', async () => {
  const { url } = await open(await otherSource());

  const response = await fetch(url);

  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  expect(await response.text()).toBe('ours 1\ntheirs 2\n');
});

it('serves its own while the other source does not answer', async () => {
  const { url } = await open('http://127.0.0.1:1/metrics');

  expect(await (await fetch(url)).text()).toBe('ours 1\n');
});

it('serves nothing else', async () => {
  const { url } = await open(null);

  expect((await fetch(new URL('/', url))).status).toBe(404);
});

it('says how to mend an address that is taken', async () => {
  const { port } = new URL((await open(null)).url);
  const taken = { host: '127.0.0.1', port: Number(port) };

  const opening = openMetricsEndpoint({ address: taken, render, otherUrl: null });

  await expect(opening).rejects.toThrow(EnvironmentError);
  await expect(opening).rejects.toThrow('--metrics <host>:<port>');
});
