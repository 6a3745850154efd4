import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inspectDatabase } from '../../../adapters/database/inspect-database.ts';
import { openStores } from '../../../workers/open-stores.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-inspect-'));
  await (await openStores(folder, {})).close();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = () => join(folder, 'videoqa.db');

it('finds a new database whole, with a write-ahead log and the newest schema', async () => {
  const found = await inspectDatabase(file());

  expect(found).toMatchObject({ integrity: 'ok', journalMode: 'wal' });
  expect(found.schemaVersion).toBeGreaterThanOrEqual(3);
});

it('finds a damaged page', async () => {
  const handle = await open(file(), 'r+');
  await handle.write(Buffer.alloc(4096, 0xff), 0, 4096, 4096);
  await handle.close();

  const looked = inspectDatabase(file()).then(
    ({ integrity }) => integrity,
    (error: Error) => error.message,
  );

  expect(await looked).not.toBe('ok');
});
