import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import { StepError } from '../../domain/errors/step-error.ts';
import type { RunItem, RunRecord, RunStore } from '../../domain/stores/run-store.ts';
import { missingRecord } from './database-error.ts';
import { inChunks } from './in-chunks.ts';
import { fromJsonColumn, toJsonColumn } from './json-column.ts';
import { moveCounted, pendingStanding } from './run-counters.ts';
import type { Connection, Tables } from './schema.ts';
import { specFromColumn } from './spec-column.ts';
import { insertTallies } from './video-tallies.ts';

type RunRecords = Pick<
  RunStore,
  | 'create'
  | 'get'
  | 'list'
  | 'latestNamed'
  | 'setAdmission'
  | 'admission'
  | 'setWindow'
  | 'setState'
  | 'markOutput'
>;

/** Runs themselves: what they are made of and the state they are in. */
export function createRunRecords(db: Connection): RunRecords {
  const update = async (runId: string, change: Partial<RunColumns>) => {
    const { numUpdatedRows } = await db
      .updateTable('runs')
      .set(change)
      .where('run_id', '=', runId)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw missingRecord(`run ${runId}`);
  };

  return {
    create: (run, items, goldOfVideo) => insertRun(db, run, items, goldOfVideo ?? new Map()),

    async get(runId) {
      const [run] = await runsWithDrives(db).where('runs.run_id', '=', runId).execute();
      return run === undefined ? null : toRunRecord(run);
    },

    async list() {
      const runs = await runsWithDrives(db).execute();
      return runs.map(toRunRecord);
    },

    async latestNamed(name) {
      const [run] = await runsWithDrives(db).where('runs.name', '=', name).limit(1).execute();
      return run === undefined ? null : toRunRecord(run);
    },

    setAdmission: (runId, admission) => update(runId, { admission }),

    async admission(runId) {
      const run = await db
        .selectFrom('runs')
        .select('admission')
        .where('run_id', '=', runId)
        .executeTakeFirst();
      if (run === undefined) throw missingRecord(`run ${runId}`);
      return run.admission;
    },

    setWindow: (runId, window) => update(runId, { item_window: window }),

    setState(runId, state, stop) {
      if (stop === undefined && state === 'stopped') return update(runId, { state });
      const stop_detail_json = toJsonColumn(stop?.detail);
      return update(runId, { state, stop_reason: stop?.reason ?? null, stop_detail_json });
    },

    markOutput: (runId, directory) => update(runId, { output_directory: directory }),
  };
}

type RunColumns = Selectable<Tables['runs']>;

/**
 * Items are written in short transactions, so that nobody waits seconds for the lock, and the run
 * itself in the last one: what a killed process left of the items is what the next one writes.
 */
async function insertRun(
  db: Connection,
  run: Parameters<RunStore['create']>[0],
  items: readonly RunItem[],
  goldOfVideo: ReadonlyMap<string, number>,
): Promise<void> {
  if (await isThere(db, run)) return;
  for (const chunk of inChunks(items, 500)) {
    const rows = chunk.map((item) => newItem(run.runId, item));
    await db
      .insertInto('items')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await nextTurn();
  }
  await db.transaction().execute(async (trx) => {
    if (await isThere(trx, run)) return;
    await trx.insertInto('runs').values(newRun(run)).execute();
    await moveCounted(trx, run.runId, [{ ...pendingStanding, items: items.length }]);
    await insertTallies(trx, run.runId, goldOfVideo);
  });
}

/** @throws {StepError} class `storage` when the id belongs to a run made of something else */
async function isThere(
  db: Connection,
  { runId, identity }: Pick<RunRecord, 'runId' | 'identity'>,
): Promise<boolean> {
  const known = await db
    .selectFrom('runs')
    .select('identity')
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (known === undefined || known.identity === identity) return known !== undefined;
  const message = `run ${runId} exists already and is made of something else`;
  throw new StepError('storage', 'fail', message);
}

function newRun(run: Parameters<RunStore['create']>[0]): RunColumns {
  return {
    run_id: run.runId,
    name: run.name,
    spec_json: JSON.stringify(run.spec),
    identity: run.identity,
    state: 'running',
    stop_reason: null,
    stop_detail_json: null,
    admission: 'open',
    item_window: run.spec.run.itemsInFlight,
    created_at: Date.now(),
    output_directory: null,
  };
}

function newItem(runId: string, item: RunItem) {
  return {
    run_id: runId,
    item_id: item.itemId,
    sample: item.sample,
    position: item.position,
    ordinal: item.ordinal,
    workflow_key: item.workflowKey,
    video_id: item.videoId,
    other_videos_json: toJsonColumn(item.otherVideoIds),
  };
}

/** Newest run first. */
function runsWithDrives(db: Connection) {
  return db
    .selectFrom('runs')
    .leftJoin('drives', 'drives.run_id', 'runs.run_id')
    .selectAll('runs')
    .select(({ fn }) => fn.max('drives.drive').as('drive'))
    .select(sql<number>`count(drives.drive) - count(drives.closed_at)`.as('open_drives'))
    .select(
      sql<number | null>`sum(coalesce(drives.closed_at, ${Date.now()}) - drives.opened_at)`.as(
        'open_ms',
      ),
    )
    .groupBy('runs.run_id')
    .orderBy('runs.created_at', 'desc')
    .orderBy('runs.run_id', 'desc');
}

type RunWithDrives = RunColumns & {
  drive: number | null;
  open_drives: number;
  open_ms: number | null;
};

function toRunRecord(run: RunWithDrives): RunRecord {
  const what = `run ${run.run_id}`;
  return {
    runId: run.run_id,
    name: run.name,
    spec: specFromColumn(run.spec_json, what),
    identity: run.identity,
    state: run.state,
    stopReason: run.stop_reason,
    stopDetail: (run.stop_detail_json === null
      ? null
      : fromJsonColumn(run.stop_detail_json, what)) as RunRecord['stopDetail'],
    admission: run.admission,
    window: run.item_window,
    drive: run.drive ?? 0,
    driveIsOpen: run.open_drives > 0,
    createdAt: run.created_at,
    elapsedS: (run.open_ms ?? 0) / 1000,
    outputDirectory: run.output_directory,
  };
}
