import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { choosePorts, findFreePort } from '../../../workers/embedded/free-ports.ts';

it('keeps what is remembered while it is free, and chooses another when it is not', async () => {
  const remembered = await choosePorts(null);
  expect(await choosePorts(remembered)).toEqual(remembered);

  await listenOn(remembered.ui);
  const chosen = await choosePorts(remembered);

  expect(chosen.grpc).toBe(remembered.grpc);
  expect(chosen.ui).not.toBe(remembered.ui);
});

it('can be listened on by whoever asks for the port it found', async () => {
  const port = await findFreePort(0);

  await expect(listenOn(port)).resolves.toBeUndefined();
});

it.skipIf(process.platform !== 'linux')(
  'leaves a port in TIME_WAIT, so that nobody is given it who asks for any',
  async () => {
    const port = await findFreePort(0);

    const sockets = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => {
      const [, local, , state] = line.trim().split(/\s+/);
      return { port: Number.parseInt(local?.split(':')[1] ?? '', 16), state };
    });
    expect(sockets).toContainEqual({ port, state: timeWait });
  },
);

/** As the kernel writes it. */
const timeWait = '06';

function listenOn(port: number): Promise<void> {
  const server = createServer();
  onTestFinished(() => void server.close());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  });
}
