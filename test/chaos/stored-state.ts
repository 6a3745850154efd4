import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import type { CallRecord } from '../../domain/stores/call-store.ts';
import { requestIdOf } from '../support/e2e-state.ts';

/** One paid request as the ledger has it. */
export type StoredCall = Pick<CallRecord, 'callKey' | 'state' | 'isDuplicate'> & {
  /** The name under which it went out. */
  readonly requestId: string;
  /** False for a request whose process died. */
  readonly isSettled: boolean;
};

/** A blob that something stored names. */
export type NamedBlob = { readonly sha256: string; readonly namedBy: string };

/** An item as the database has it. */
export type StoredItem = {
  readonly itemId: string;
  readonly sample: number;
  readonly workflowKey: string;
  readonly videoId: string;
  readonly outcome: string | null;
  readonly failureClass: string | null;
  readonly failureStep: string | null;
};

/** What a state folder's database says, read past the stores, so that they are not believed. */
export function readStored(home: string, runId: string) {
  const database = new Database(join(home, 'videoqa.db'));
  try {
    const all = (text: string, ...values: string[]) =>
      database.prepare(text).all(...values) as Record<string, string | number | null>[];
    return { calls: readCalls(all(callsOfRun, runId)), items: readItems(all(itemsOfRun, runId)) };
  } finally {
    database.close();
  }
}

const callsOfRun = 'select * from calls where run_id = ? order by call_id';
const itemsOfRun = 'select * from items where run_id = ?';

type Columns = Readonly<Record<string, string | number | null>>;

function readCalls(rows: readonly Columns[]): StoredCall[] {
  return rows.map((row) => ({
    callKey: String(row['call_key']),
    requestId: requestIdOf({ callKey: String(row['call_key']), n: Number(row['n']) }),
    state: row['state'] as StoredCall['state'],
    isDuplicate: row['is_duplicate'] === 1,
    isSettled: row['settled_at'] !== null,
  }));
}

function readItems(rows: readonly Columns[]): StoredItem[] {
  return rows.map((row) => ({
    itemId: String(row['item_id']),
    sample: Number(row['sample']),
    workflowKey: String(row['workflow_key']),
    videoId: String(row['video_id']),
    outcome: row['outcome'] as string | null,
    failureClass: row['failure_class'] as string | null,
    failureStep: row['failure_step'] as string | null,
  }));
}

/** Names of the requests that nobody has settled: those under way when their process ended. */
export function openRequests(home: string): string[] {
  if (!existsSync(join(home, 'videoqa.db'))) return [];
  const database = new Database(join(home, 'videoqa.db'));
  try {
    const open = database
      .prepare("select call_key, n from calls where state = 'open' and settled_at is null")
      .all() as { call_key: string; n: number }[];
    return open.map(({ call_key: callKey, n }) => requestIdOf({ callKey, n }));
  } catch {
    // Killed before its tables were made.
    return [];
  } finally {
    database.close();
  }
}

/** Where the database names blobs: a column, and how the blob's name stands in it. */
const namingColumns = [
  ['video_indexes', 'artifact'],
  ['index_chunks', 'artifact'],
  ['video_cuts', 'manifest'],
  ['owned_media', 'artifact'],
  ['call_responses', 'body_artifact'],
] as const;

/** JSON columns in which fields named artifact, reply_artifact or replyArtifact hold a blob's name. */
const namingJson = [
  ['result_rows', 'row_json'],
  ['step_records', 'result_json'],
] as const;

/** Every blob that any table of a state folder names. */
export function blobsNamed(home: string): NamedBlob[] {
  const database = new Database(join(home, 'videoqa.db'));
  try {
    const values = (table: string, column: string): string[] =>
      (
        database
          .prepare(`select ${column} as value from ${table} where ${column} is not null`)
          .all() as { value: string }[]
      ).map(({ value }) => value);
    const direct = namingColumns.flatMap(([table, column]) =>
      values(table, column).map((sha256) => ({ sha256, namedBy: `${table}.${column}` })),
    );
    const inside = namingJson.flatMap(([table, column]) =>
      values(table, column).flatMap((json) =>
        [...json.matchAll(/"[a-zA-Z_]*[aA]rtifact":"([0-9a-f]{64})"/g)].map(([, sha256]) => ({
          sha256: sha256 ?? '',
          namedBy: `${table}.${column}`,
        })),
      ),
    );
    return [...direct, ...inside];
  } finally {
    database.close();
  }
}
