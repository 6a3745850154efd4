import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { libsqlDialect } from '../../../adapters/database/libsql-dialect.ts';

type Tables = { cells: { id: number; value: unknown } };

let directory: string;
let db: Kysely<Tables>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-dialect-'));
  db = new Kysely<Tables>({ dialect: libsqlDialect(join(directory, 'cells.db'), 800) });
  await sql`create table cells (id integer primary key, value)`.execute(db);
});
afterEach(async () => {
  await db.destroy();
  await rm(directory, { recursive: true, force: true });
});

const pragma = async (name: string) => {
  const { rows } = await sql<Record<string, unknown>>`${sql.raw(`PRAGMA ${name}`)}`.execute(db);
  return Object.values(rows[0] ?? {})[0];
};

test('writes ahead and syncs every commit', async () => {
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('synchronous')).toBe(2);
});

test.each([null, '', 'text ß', 1.5, -7, 1_900_000_000_123, new Uint8Array([0, 255])])(
  'stores %s and reads it back',
  async (value) => {
    await db.insertInto('cells').values({ id: 1, value }).execute();

    const { value: read } = await db.selectFrom('cells').select('value').executeTakeFirstOrThrow();

    expect(read).toEqual(value);
  },
);

test('stores a boolean as a number and refuses what has no column type', async () => {
  await db.insertInto('cells').values({ id: 1, value: true }).execute();

  const cells = await db.selectFrom('cells').selectAll().execute();

  expect(cells).toEqual([{ id: 1, value: 1 }]);
  await expect(
    db
      .insertInto('cells')
      .values({ id: 2, value: { nested: true } })
      .execute(),
  ).rejects.toThrow(/object cannot be stored/);
});

test('tells how many rows changed', async () => {
  await db
    .insertInto('cells')
    .values([
      { id: 1, value: 1 },
      { id: 2, value: 1 },
    ])
    .execute();

  const { numUpdatedRows } = await db.updateTable('cells').set({ value: 2 }).executeTakeFirst();

  expect(numUpdatedRows).toBe(2n);
});

test('a failed transaction leaves nothing and the next one works', async () => {
  const failing = db.transaction().execute(async (trx) => {
    await trx.insertInto('cells').values({ id: 1, value: 'half' }).execute();
    throw new Error('changed my mind');
  });

  await expect(failing).rejects.toThrow('changed my mind');
  await db
    .transaction()
    .execute((trx) => trx.insertInto('cells').values({ id: 2, value: 'whole' }).execute());

  expect(await db.selectFrom('cells').select('id').execute()).toEqual([{ id: 2 }]);
});

test('transactions started at once run one after the other', async () => {
  await db.insertInto('cells').values({ id: 1, value: 0 }).execute();
  const addOne = () =>
    db.transaction().execute(async (trx) => {
      const { value } = await trx.selectFrom('cells').select('value').executeTakeFirstOrThrow();
      await new Promise((resolve) => setImmediate(resolve));
      await trx
        .updateTable('cells')
        .set({ value: Number(value) + 1 })
        .execute();
    });

  await Promise.all(Array.from({ length: 25 }, addOne));

  expect(await db.selectFrom('cells').select('value').execute()).toEqual([{ value: 25 }]);
});

test('a full disk is a storage error that waits, and rolls back', async () => {
  await sql`PRAGMA max_page_count = 8`.execute(db);
  const write = (id: number) =>
    db
      .insertInto('cells')
      .values({ id, value: 'x'.repeat(10_000) })
      .execute();

  const filling = db.transaction().execute(async (trx) => {
    for (let id = 1; id < 10; id += 1) {
      await trx
        .insertInto('cells')
        .values({ id, value: 'x'.repeat(10_000) })
        .execute();
    }
  });

  await expect(filling).rejects.toMatchObject({
    name: 'StepError',
    failureClass: 'storage',
    action: 'wait',
    message: expect.stringContaining('SQLITE_FULL'),
  });
  await write(1);
  expect(await db.selectFrom('cells').select('id').execute()).toEqual([{ id: 1 }]);
});

test('a mistake in our own SQL stays what it is', async () => {
  await db.insertInto('cells').values({ id: 1, value: null }).execute();

  await expect(
    db.insertInto('cells').values({ id: 1, value: null }).execute(),
  ).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
});

test('waits for the lock of another process without holding up anything else', async () => {
  const path = join(directory, 'cells.db');
  const patient = new Kysely<Tables>({ dialect: libsqlDialect(path, 4000) });
  await patient.selectFrom('cells').select('id').execute();
  const other = new Libsql(path);
  other.exec('BEGIN IMMEDIATE');
  let ticks = 0;
  // Counted, not timed: a slow machine has fewer turns of the event loop in the same time.
  const ticking = setInterval(() => {
    ticks += 1;
    if (ticks === 20) other.exec('COMMIT');
  }, 5);

  await patient.insertInto('cells').values({ id: 1, value: 'late' }).execute();
  clearInterval(ticking);
  await patient.destroy();

  expect(ticks).toBeGreaterThanOrEqual(20);
  // Committed for everybody, and the lock is free again.
  expect(other.prepare('SELECT value FROM cells').all()).toEqual([{ value: 'late' }]);
  other.exec('BEGIN IMMEDIATE; COMMIT');
  other.close();
});

test('a lock that is never given is a storage error that waits, and harms nothing later', async () => {
  const other = new Libsql(join(directory, 'cells.db'));
  other.exec('BEGIN IMMEDIATE');
  const write = () => db.insertInto('cells').values({ id: 1, value: 1 }).execute();

  await expect(write()).rejects.toMatchObject({
    failureClass: 'storage',
    action: 'wait',
    message: expect.stringContaining('SQLITE_BUSY'),
  });
  expect(await db.selectFrom('cells').selectAll().execute()).toEqual([]);
  other.exec('ROLLBACK');
  await write();

  expect(other.prepare('SELECT count(*) AS n FROM cells').all()).toEqual([{ n: 1 }]);
  other.close();
});
