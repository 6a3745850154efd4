import { sql } from 'kysely';
import type { Selectable, SqlBool } from 'kysely';
import type { StepKey, StepPlace, StepRecord, StepStore } from '../../domain/stores/step-store.ts';
import { missingRecord } from './database-error.ts';
import { fromJsonColumn, toJsonColumn } from './json-column.ts';
import type { Connection, OpenTransaction, Tables } from './schema.ts';

/** The step store: what each step of each item found out, drive by drive. */
export function createStepStore(db: Connection): StepStore {
  return {
    begin: (key, place, attempt) =>
      db.transaction().execute((trx) => beginStep(trx, key, place, attempt)),

    finish: (key, end) => finishStep(db, key, end),

    async noteFailedTry(key) {
      await db
        .updateTable('step_records')
        .set((record) => ({ failed_tries: record('failed_tries', '+', 1) }))
        .where((record) => record.and(keyOf(key)))
        .execute();
    },

    async failedTries(key) {
      const record = await db
        .selectFrom('step_records')
        .select('failed_tries')
        .where((step) => step.and(keyOf(key)))
        .executeTakeFirst();
      return record?.failed_tries ?? 0;
    },

    ofItem: (runId, itemId, sample) => recordsOf(db, runId, [{ itemId, sample }]),

    ofItems: (runId, items) => recordsOf(db, runId, items),

    abandoned: (livingProcessIds) => abandonedSteps(db, livingProcessIds),
  };
}

const keyColumns = ['run_id', 'item_id', 'sample', 'drive', 'step', 'part'] as const;

function keyOf({ runId, itemId, sample, drive, step, part }: StepKey) {
  return { run_id: runId, item_id: itemId, sample, drive, step, part };
}

/** A later attempt takes a failed record up again; a finished one keeps its result. */
async function beginStep(
  trx: OpenTransaction,
  key: StepKey,
  place: StepPlace,
  attempt: number,
): Promise<void> {
  const columns = {
    process_id: place.processId,
    workflow_id: place.workflowId,
    workflow_run_id: place.workflowRunId,
    activity_id: place.activityId,
  };
  await trx
    .insertInto('step_records')
    .values({
      ...keyOf(key),
      ...columns,
      state: 'started',
      started_at: Date.now(),
      attempts: attempt,
    })
    .onConflict((conflict) =>
      conflict.columns(keyColumns).doUpdateSet({
        ...columns,
        attempts: sql<number>`max(step_records.attempts, excluded.attempts)`,
        state: unlessDone('state', 'started'),
        failure_class: unlessDone('failure_class', null),
        finished_at: unlessDone('finished_at', null),
      }),
    )
    .execute();
  await trx
    .updateTable('items')
    .set({ started_drive: key.drive })
    .where('run_id', '=', key.runId)
    .where('item_id', '=', key.itemId)
    .where('sample', '=', key.sample)
    .where('started_drive', '<', key.drive)
    .execute();
}

function unlessDone<Value>(column: string, value: Value) {
  const kept = sql.ref<Value>(`step_records.${column}`);
  return sql<Value>`case when step_records.state = 'done' then ${kept} else ${value} end`;
}

/** What an attempt that comes late says about a usable step is not taken. */
async function finishStep(
  db: Connection,
  key: StepKey,
  end: Parameters<StepStore['finish']>[1],
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('step_records')
    .set({
      state: end.state,
      usable: end.usable ? 1 : 0,
      result_json: toJsonColumn(end.result),
      failure_class: end.failureClass,
      usage_json: toJsonColumn(end.usage),
      waited_ms: end.waitedMs,
      finished_at: end.state === 'started' ? null : Date.now(),
    })
    .where((record) => record.and(keyOf(key)))
    .where((record) => record.or([record('state', '<>', 'done'), record('usable', '=', 0)]))
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;

  const known = await db
    .selectFrom('step_records')
    .select('state')
    .where((record) => record.and(keyOf(key)))
    .executeTakeFirst();
  if (known === undefined) {
    throw missingRecord(`the beginning of ${key.step} of item ${key.itemId} of run ${key.runId}`);
  }
}

async function recordsOf(
  db: Connection,
  runId: string,
  items: readonly { readonly itemId: string; readonly sample: number }[],
): Promise<StepRecord[]> {
  if (items.length === 0) return [];
  const asked = new Set(items.map(({ itemId, sample }) => `${sample} ${itemId}`));
  const records = await db
    .selectFrom('step_records')
    .selectAll()
    .where('run_id', '=', runId)
    .where('item_id', 'in', [...new Set(items.map((item) => item.itemId))])
    .orderBy('drive')
    .orderBy('started_at')
    .orderBy('item_id')
    .orderBy('step')
    .orderBy('part')
    .execute();
  return records.filter((record) => asked.has(`${record.sample} ${record.item_id}`)).map(toRecord);
}

function toRecord(record: Selectable<Tables['step_records']>): StepRecord {
  const what = `${record.step} of item ${record.item_id} of run ${record.run_id}`;
  return {
    runId: record.run_id,
    itemId: record.item_id,
    sample: record.sample,
    drive: record.drive,
    step: record.step,
    part: record.part,
    state: record.state,
    usable: record.usable === 1,
    result: record.result_json === null ? null : fromJsonColumn(record.result_json, what),
    failureClass: record.failure_class,
    startedAt: record.started_at,
    finishedAt: record.finished_at,
    attempts: record.attempts,
    waitedMs: record.waited_ms,
    usage: (record.usage_json === null
      ? null
      : fromJsonColumn(record.usage_json, what)) as StepRecord['usage'],
  };
}

function abandonedSteps(db: Connection, livingProcessIds: readonly string[]) {
  return db
    .selectFrom('drives')
    .innerJoin('step_records as step', (join) =>
      join.onRef('step.run_id', '=', 'drives.run_id').onRef('step.drive', '=', 'drives.drive'),
    )
    .select(['step.run_id as runId', 'step.item_id as itemId', 'step.sample', 'step.drive'])
    .select(['step.step', 'step.part', 'step.process_id as processId'])
    .select(['step.workflow_id as workflowId', 'step.workflow_run_id as workflowRunId'])
    .select('step.activity_id as activityId')
    .where('drives.closed_at', 'is', null)
    .where(sql<SqlBool>`step.state = 'started'`) // as the index steps_begun says it
    .where('step.process_id', 'not in', livingProcessIds)
    .orderBy('step.started_at')
    .execute();
}
