import { type RawBuilder, sql } from 'kysely';
import type { BlobMention } from '../../domain/stores/audit-store.ts';
import type { Connection, Tables } from './schema.ts';

/** A column in which names of blobs may stand. */
type NamingColumn = {
  readonly table: keyof Tables;
  readonly column: string;
  readonly key: readonly string[];
  /**
   * `name`: the column is one name; `list-name`: that of a blob which may name others; `json`: names
   * stand inside, under keys that end in "artifact" or are "hash".
   */
  readonly holds: 'name' | 'list-name' | 'json';
};

const itemKey = ['run_id', 'item_id', 'sample'] as const;

/** Every column that may hold one; `test/adapters/database` finds a new one that is missing here. */
export const namingColumns: readonly NamingColumn[] = [
  { table: 'runs', column: 'spec_json', key: ['run_id'], holds: 'json' },
  { table: 'result_rows', column: 'row_json', key: itemKey, holds: 'json' },
  {
    table: 'step_records',
    column: 'result_json',
    key: [...itemKey, 'drive', 'step', 'part'],
    holds: 'json',
  },
  { table: 'call_responses', column: 'body_artifact', key: ['call_key', 'n'], holds: 'name' },
  {
    table: 'video_indexes',
    column: 'artifact',
    key: ['dataset_id', 'video_id', 'model_hash', 'preprocessing_id', 'frames_fingerprint'],
    holds: 'name',
  },
  { table: 'index_chunks', column: 'artifact', key: ['chunk_key'], holds: 'name' },
  {
    table: 'video_cuts',
    column: 'manifest',
    key: ['video_sha256', 'extract_key'],
    holds: 'list-name',
  },
  {
    table: 'owned_media',
    column: 'artifact',
    key: ['owner_id', 'video_id', 'kind'],
    holds: 'list-name',
  },
  {
    table: 'dataset_chunks',
    column: 'artifact',
    key: ['dataset_hash', 'first_place'],
    holds: 'name',
  },
  { table: 'judgements', column: 'artifact', key: ['judgement_id'], holds: 'name' },
  { table: 'index_jobs', column: 'videos', key: ['job_id'], holds: 'name' },
];

const rowsPerPage = 500;
const anyName = /\b[0-9a-f]{64}\b/g;
const namedArtifact = /"(?:\w*artifact|hash)":"([0-9a-f]{64})"/gi;

/** Every name of a blob in the database. */
export async function* blobMentions(db: Connection): AsyncIterable<BlobMention> {
  for (const naming of namingColumns) {
    for await (const { text, where } of textsOf(db, naming)) {
      const mayNameOthers = naming.holds === 'list-name';
      if (naming.holds === 'json') yield* mentionsInJson(text, where);
      else yield { sha256: text, where, isRequired: true, mayNameOthers };
    }
  }
}

function* mentionsInJson(text: string, where: string): Generator<BlobMention> {
  const required = new Set([...text.matchAll(namedArtifact)].map(([, name]) => name!));
  for (const sha256 of new Set(text.match(anyName))) {
    yield { sha256, where, isRequired: required.has(sha256), mayNameOthers: false };
  }
}

async function* textsOf(
  db: Connection,
  { table, column, key }: NamingColumn,
): AsyncIterable<{ text: string; where: string }> {
  const columns = sql.join(key.map((name) => sql.ref(name)));
  let after: readonly unknown[] | null = null;
  for (;;) {
    const beyond: RawBuilder<unknown> =
      after === null ? sql`1 = 1` : sql`(${columns}) > (${sql.join(after)})`;
    const { rows }: { rows: Record<string, unknown>[] } = await sql<Record<string, unknown>>`
      select ${columns}, ${sql.ref(column)} as text from ${sql.table(table)}
      where ${beyond} order by ${columns} limit ${rowsPerPage}
    `.execute(db);
    for (const row of rows) {
      if (typeof row['text'] !== 'string') continue;
      yield { text: row['text'], where: `${table} ${key.map((name) => row[name]).join(' ')}` };
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = key.map((name) => last[name]);
  }
}
