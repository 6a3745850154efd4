import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileBlobStore } from '../../../adapters/blobs/file-blob-store.ts';
import { firstTables } from '../../../adapters/database/migrations/0001-first-tables.ts';
import { openDatabase } from '../../../adapters/database/open-database.ts';
import { EnvironmentError, UsageError } from '../../../domain/errors/usage-error.ts';
import { sampleItems, sampleRun } from './sample-run.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-open-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (url: string) => openDatabase(url, openFileBlobStore(join(directory, 'blobs')));

test('makes the file and its folder, and finds everything there again', async () => {
  const url = `file:${join(directory, 'new folder', 'state.db')}`;
  const first = await open(url);
  await first.runs.create(sampleRun('r1'), sampleItems(4));
  await first.close();

  const second = await open(url);

  expect(await second.runs.counts('r1')).toMatchObject({ scheduled: 4, pending: 4 });
  await second.close();
  expect((await stat(join(directory, 'new folder'))).mode & 0o077).toBe(0);
});

test.each(['postgres://host/db', 'libsql://host', ':memory:', 'state.db', 'file:'])(
  'refuses %s, names the setting and says when PostgreSQL comes',
  async (url) => {
    const opening = open(url);

    await expect(opening).rejects.toThrow(UsageError);
    await expect(opening).rejects.toThrow(/VIDEOQA_DATABASE_URL.*PostgreSQL/);
  },
);

test('refuses a database of a newer version and leaves it as it is', async () => {
  const path = join(directory, 'state.db');
  await (await open(`file:${path}`)).close();
  const raw = new Libsql(path);
  raw.exec(`insert into schema_migrations values (999, 'from-the-future', 0)`);

  await expect(open(`file:${path}`)).rejects.toThrow(EnvironmentError);
  await expect(open(`file:${path}`)).rejects.toThrow(/newer durable-videoqa \(schema 999/);

  expect(raw.prepare('select max(version) as v from schema_migrations').all()).toEqual([
    { v: 999 },
  ]);
  raw.close();
});

test('names a file that is no database', async () => {
  const path = join(directory, 'notes.txt');
  await writeFile(path, 'not a database '.repeat(100));

  await expect(open(`file:${path}`)).rejects.toThrow(EnvironmentError);
  await expect(open(`file:${path}`)).rejects.toThrow(/notes\.txt cannot be opened/);
});

test('names a folder that cannot be made', async () => {
  await writeFile(join(directory, 'occupied'), '');

  const opening = open(`file:${join(directory, 'occupied', 'state.db')}`);

  await expect(opening).rejects.toThrow(EnvironmentError);
});

test('brings a database of the first version up to date and keeps what is in it', async () => {
  const path = join(directory, 'state.db');
  const raw = new Libsql(path);
  raw.exec(
    'create table schema_migrations (version integer primary key, name text, applied_at integer)',
  );
  for (const statement of firstTables.statements) raw.exec(statement);
  raw.exec(`insert into schema_migrations values (1, 'first-tables', 0)`);
  raw.exec(
    `insert into video_indexes values ('clips', 'v0', 'model', 'preparation', 'frames', 'blob')`,
  );
  raw.close();

  const database = await open(`file:${path}`);

  const key = { modelHash: 'model', preprocessingId: 'preparation', framesFingerprint: 'frames' };
  expect(await database.indexes.findIndex({ datasetId: 'clips', videoId: 'v0', ...key })).toBe(
    'blob',
  );
  expect(await database.media.findOwned('r1', 'v0', 'frames')).toBeNull();
  expect(await database.indexJobs.listOpen()).toEqual([]);
  await database.close();
});
