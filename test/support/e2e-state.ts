import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import type { Row } from '../../domain/row.ts';
import type { RunCounts } from '../../domain/summary.ts';
import type { CallRecord, CallStore } from '../../domain/stores/call-store.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { readHolder } from '../../workers/embedded/holder-record.ts';
import { openStores, type Stores } from '../../workers/open-stores.ts';

export type RunState = {
  readonly run: RunRecord;
  readonly counts: RunCounts;
  readonly rows: readonly Row[];
  readonly ledger: Awaited<ReturnType<CallStore['ledger']>>;
};

/** What a state folder's database says of a run, read beside the processes that work on it. */
export function readRun(home: string, runId: string): Promise<RunState> {
  return withStores(home, async ({ runs, calls }) => {
    const run = await runs.get(runId);
    if (run === null) throw new Error(`there is no run ${runId}`);
    const rows: Row[] = [];
    for await (const row of runs.rows(runId)) rows.push(row);
    return { run, counts: await runs.counts(runId), rows, ledger: await calls.ledger(runId) };
  });
}

/** Runs of a state folder, newest first. */
export function listRuns(home: string): Promise<RunRecord[]> {
  return withStores(home, ({ runs }) => runs.list());
}

/** The embedded server's process, or null while none is known. */
export async function serverPid(home: string): Promise<number | null> {
  return (await readHolder(join(home, 'holder.lock')))?.serverPid ?? null;
}

/** The name under which a call is known to the provider: `x-client-request-id`. */
export function requestIdOf({ callKey, n }: Pick<CallRecord, 'callKey' | 'n'>): string {
  return `${callKey}-${n}`;
}

async function withStores<Result>(
  home: string,
  read: (stores: Stores) => Promise<Result>,
): Promise<Result> {
  const stores = await openStores(home, {});
  try {
    return await read(stores);
  } finally {
    await stores.close();
  }
}

/** Chunks of frame embeddings that a state folder holds; none while it has no database. */
export async function countStoredChunks(home: string): Promise<number> {
  const file = join(home, 'videoqa.db');
  if (!existsSync(file)) return 0;
  const database = new Database(file);
  try {
    const row = database.prepare('select count(*) as chunks from index_chunks').get();
    return (row as { chunks: number }).chunks;
  } catch {
    return 0;
  } finally {
    database.close();
  }
}
