import { once } from 'node:events';
import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBlobStore } from '../../../adapters/blobs/open-blob-store.ts';
import { openDatabase } from '../../../adapters/database/open-database.ts';
import type { Database } from '../../../adapters/database/open-database.ts';
import type { Row } from '../../../domain/row.ts';
import { sampleItems, sampleRun } from './sample-run.ts';

let directory: string;
let database: Database | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-processes-'));
});
afterEach(async () => {
  await database?.close();
  database = undefined;
  await rm(directory, { recursive: true, force: true });
});

const urls = () => ({
  database: `file:${join(directory, 'state.db')}`,
  blobs: `file:${join(directory, 'blobs')}`,
});

async function openHere(): Promise<Database> {
  database = await openDatabase(urls().database, openBlobStore(urls().blobs));
  return database;
}

function startWriter(writer: string, times: number) {
  const script = fileURLToPath(new URL('writer-process.ts', import.meta.url));
  const { database: databaseUrl, blobs } = urls();
  return execa({ node: true, nodeOptions: ['--import', 'tsx'], lines: true, reject: false })(
    script,
    [databaseUrl, blobs, writer, String(times)],
  );
}

test('processes that make and write one database at once lose nothing', async () => {
  const ended = await Promise.all(['a', 'b', 'c'].map((writer) => startWriter(writer, 60)));

  expect(ended.map((writer) => writer.stderr.join('\n'))).toEqual(['', '', '']);
  const { calls } = await openHere();
  const ledger = await calls.ledger('r1');
  expect(ledger).toMatchObject({ calls: 360, settledUsd: 180, openUsd: 180, duplicateUsd: 0 });
  const numbers = ledger.openIntents.map((call) => call.n).toSorted((left, right) => left - right);
  expect(numbers).toEqual(Array.from({ length: 180 }, (_, n) => n));
});

describe('processes that spend one budget at once', () => {
  const spend = async (whose: 'run' | 'account', runOf: Readonly<Record<string, string>>) => {
    const spender = fileURLToPath(new URL('spender-process.ts', import.meta.url));
    const { database: databaseUrl, blobs } = urls();
    const start = execa({ node: true, nodeOptions: ['--import', 'tsx'], reject: false });
    const spenders = Object.entries(runOf).map(([name, runId]) =>
      start(spender, [databaseUrl, blobs, name, runId, whose]),
    );
    // Together, or one has spent everything before another is up.
    await Promise.all(spenders.map((one) => Promise.race([once(one.stdout, 'data'), one])));
    for (const { stdin } of spenders) stdin.end();
    const ended = await Promise.all(spenders);
    expect(ended.map(({ stderr }) => stderr)).toEqual(ended.map(() => ''));
    return (await openHere()).calls;
  };
  // An item takes 0.14, and its last call must fit at its maximum of 1.
  const nearlyAll = 10 - 1.14 - 0.14;

  test('of one run, never pass it together, and use it up', async () => {
    const calls = await spend('run', { a: 'r1', b: 'r1', c: 'r1' });

    const { settledUsd, openUsd } = await calls.ledger('r1');
    expect(settledUsd + openUsd).toBeLessThanOrEqual(10);
    expect(settledUsd).toBeGreaterThan(nearlyAll);
  }, 60_000);

  test('of an account, for two runs, never pass it together, and use it up', async () => {
    const calls = await spend('account', { a: 'r1', b: 'r2', c: 'r2' });

    const { counted } = (await calls.spending('r1')).find(({ account }) => account === 'account')!;
    const ledgers = [await calls.ledger('r1'), await calls.ledger('r2')];
    const settledUsd = ledgers.reduce((sum, ledger) => sum + ledger.settledUsd, 0);
    expect(counted.settledUsd).toBeCloseTo(settledUsd, 9);
    expect(counted.settledUsd + counted.openUsd).toBeLessThanOrEqual(10);
    expect(counted.settledUsd).toBeGreaterThan(nearlyAll);
    expect(Math.min(...ledgers.map((ledger) => ledger.calls))).toBeGreaterThan(0);
  }, 60_000);
});

test('a writer killed again and again leaves everything that it had committed', async () => {
  const { runs, calls } = await openHere();
  await runs.create(sampleRun('r1'), sampleItems(20));
  const said: string[] = [];

  for (let round = 0; round < 6; round += 1) {
    const writer = startWriter('holder', 100_000);
    const lines: string[] = [];
    const enough = 5 + round * 7;
    for await (const line of writer.iterable()) {
      lines.push(`${round} ${line}`);
      if (lines.length === enough) writer.kill('SIGKILL');
    }
    expect((await writer).signal).toBe('SIGKILL');
    said.push(...lines);
    // The next writer starts its keys anew: what counts for a key is what was first.
  }

  await expectWhole(runs, calls, said);
});

async function expectWhole(
  runs: Database['runs'],
  calls: Database['calls'],
  said: readonly string[],
): Promise<void> {
  const settled = said.filter((line) => line.includes('settled')).map((line) => line.split(' ')[2]);
  expect(settled.length).toBeGreaterThan(30);
  for (const callKey of new Set(settled)) {
    const found = await calls.findUsable(callKey ?? '');
    expect(Buffer.from(found?.response.body ?? []).toString()).toMatch(`${callKey}`);
  }
  const ledger = await calls.ledger('r1');
  expect(ledger.settledUsd - ledger.duplicateUsd).toBeGreaterThanOrEqual(new Set(settled).size);

  const rows: Row[] = [];
  for await (const row of runs.rows('r1')) rows.push(row);
  const drives = said.filter((line) => line.includes('batch')).map((line) => line.split(' ')[2]);
  expect(new Set(rows.map((row) => row.drive)).size).toBe(1);
  expect(rows[0]?.drive).toBeGreaterThanOrEqual(Number(drives.at(-1)));
  expect(rows[0]?.previous_attempts.length).toBeGreaterThanOrEqual(drives.length - 1);

  const raw = new Libsql(join(directory, 'state.db'));
  expect(raw.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  raw.close();
}
