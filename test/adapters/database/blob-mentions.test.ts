import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileBlobStore } from '../../../adapters/blobs/file-blob-store.ts';
import { namingColumns } from '../../../adapters/database/blob-mentions.ts';
import { type Database, openDatabase } from '../../../adapters/database/open-database.ts';
import { sampleItems, sampleRun, sampleSpec } from './sample-run.ts';

let directory: string;
let path: string;
let database: Database;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-mentions-'));
  path = join(directory, 'state.db');
  database = await openDatabase(`file:${path}`, openFileBlobStore(join(directory, 'blobs')));
});
afterEach(async () => {
  await database.close();
  await rm(directory, { recursive: true, force: true });
});

const name = (digit: string): string => digit.repeat(64);

async function mentions() {
  const found = [];
  for await (const mention of database.audit.blobMentions()) found.push(mention);
  return found;
}

test('finds every name, page after page', async () => {
  for (let chunk = 0; chunk < 1203; chunk++) {
    const artifact = chunk.toString(16).padStart(64, '0');
    await database.indexes.putChunk(`chunk ${chunk}`, artifact);
  }

  const found = new Set((await mentions()).map(({ sha256 }) => sha256));

  expect(found.size).toBe(1203);
}, 60_000);

test('tells names of artifacts from what only looks like one', async () => {
  const spec = sampleSpec('r1');
  const dataset = { ...spec.dataset, hash: name('d') };
  const run = { ...sampleRun('r1'), spec: { ...spec, dataset, name: name('e') } };
  await database.runs.create(run, sampleItems(1));
  await database.media.keepFrames('r1', 'v1', name('f'));

  const found = await mentions();

  expect(found).toContainEqual(
    expect.objectContaining({ sha256: name('d'), isRequired: true, where: 'runs r1' }),
  );
  expect(found).toContainEqual(expect.objectContaining({ sha256: name('e'), isRequired: false }));
  expect(found).toContainEqual(
    expect.objectContaining({ sha256: name('f'), isRequired: true, mayNameOthers: true }),
  );
});

/** Columns of text that never hold the name of a blob. A new column belongs here or in `namingColumns`. */
const otherColumns =
  /(^|_)(id|key|name|step|state|status|kind|reason|class|outcome|model|account|setting|fingerprint|hash|message|admission|action|sha256|directory|identity|subject|judge|contract|dimension|verdict)$|^open_in$|^(before|after|usage|stop_detail|source|other_videos)_json$/;

test('knows every column of text there is', () => {
  const raw = new Libsql(path);
  const columns = raw
    .prepare(
      `select t.name as "table", c.name as "column" from sqlite_schema t, pragma_table_info(t.name) c
       where t.type = 'table' and t.name not like 'sqlite_%' and lower(c.type) = 'text'`,
    )
    .all() as { table: string; column: string }[];
  raw.close();

  const unknown = columns.filter(
    ({ table, column }) =>
      !namingColumns.some((naming) => naming.table === table && naming.column === column) &&
      !otherColumns.test(column),
  );

  expect(columns.length).toBeGreaterThan(40);
  expect(unknown).toEqual([]);
});
