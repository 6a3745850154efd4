import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBlobStore } from '../../../adapters/blobs/open-blob-store.ts';
import { openDatabase } from '../../../adapters/database/open-database.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-leases-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

type Asked = {
  readonly requestsPerMinute: number;
  readonly places: number;
  readonly seconds: number;
};

function startCaller(id: string, { requestsPerMinute, places, seconds }: Asked) {
  const script = fileURLToPath(new URL('lease-process.ts', import.meta.url));
  const stores = [`file:${join(directory, 'state.db')}`, `file:${join(directory, 'blobs')}`];
  const numbers = [requestsPerMinute, places, seconds].map(String);
  return execa({ node: true, nodeOptions: ['--import', 'tsx'], lines: true, reject: false })(
    script,
    [...stores, id, ...numbers],
  );
}

type Call = { readonly from: number; readonly to: number };

async function callsOf(caller: ReturnType<typeof startCaller>): Promise<Call[]> {
  const ended = await caller;
  expect(ended.stderr).toEqual([]);
  return ended.stdout.map((line) => {
    const [from = 0, to = 0] = line.split(' ').map(Number);
    return { from, to };
  });
}

const mostAtOnce = (calls: readonly Call[]): number =>
  Math.max(...calls.map(({ from }) => calls.filter((c) => c.from <= from && from < c.to).length));

/** Makes the tables once, so that no process is late because it had to. */
async function makeDatabase() {
  const blobs = openBlobStore(`file:${join(directory, 'blobs')}`);
  const { close, accounts } = await openDatabase(`file:${join(directory, 'state.db')}`, blobs);
  return { close, accounts };
}

test('processes that share an account keep its limit a minute together, and share it evenly', async () => {
  await (await makeDatabase()).close();
  const asked = { requestsPerMinute: 1200, places: 100, seconds: 8 };

  const [one, other] = await Promise.all(['a', 'b'].map((id) => callsOf(startCaller(id, asked))));

  const all = [...one!, ...other!];
  const seconds =
    (Math.max(...all.map((c) => c.from)) - Math.min(...all.map((c) => c.from))) / 1000;
  // What 1200 a minute come to in that time, the second that a bucket holds at first, and two from
  // the first grant to the first call. Processes that did not share would make twice as many.
  expect(all.length).toBeLessThanOrEqual(20 * (seconds + 3));
  expect(Math.min(one!.length, other!.length)).toBeGreaterThan(0.25 * all.length);
});

test('processes that share an account never have more calls in flight than it has places', async () => {
  await (await makeDatabase()).close();
  const asked = { requestsPerMinute: 0, places: 3, seconds: 6 };

  const [one, other] = await Promise.all(['a', 'b'].map((id) => callsOf(startCaller(id, asked))));

  expect(mostAtOnce([...one!, ...other!])).toBeLessThanOrEqual(3);
  expect(Math.min(one!.length, other!.length)).toBeGreaterThan(0);
});

test('the places of a process that was killed are free again', async () => {
  const { accounts, close } = await makeDatabase();
  const killed = startCaller('killed', { requestsPerMinute: 0, places: 3, seconds: 60 });
  for await (const _ of killed.iterable()) killed.kill('SIGKILL');
  await killed;

  const calls = await callsOf(startCaller('next', { requestsPerMinute: 0, places: 3, seconds: 8 }));

  expect(calls.length).toBeGreaterThan(0);
  expect(await accounts.status(['a'], Date.now())).toMatchObject([{ configured: 3, current: 3 }]);
  await close();
});
