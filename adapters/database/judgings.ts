import type { JudgementStore, JudgingRecord } from '../../domain/stores/judgement-store.ts';
import { fromJsonColumn, toJsonColumn } from './json-column.ts';
import type { JudgingColumns } from './judgement-tables.ts';
import type { Connection, OpenTransaction } from './schema.ts';

type Judgings = Pick<JudgementStore, 'open' | 'stop' | 'close' | 'listOpen' | 'latest'>;

/** Judgings of a run: opening, stopping and closing them. */
export function createJudgings(db: Connection): Judgings {
  return {
    open: (runId, workflowRunId) =>
      db.transaction().execute((trx) => openJudging(trx, runId, workflowRunId)),

    async stop(runId, { stopReason, stopDetail }) {
      await db
        .updateTable('judgings')
        .set({ stop_reason: stopReason, stop_detail_json: toJsonColumn(stopDetail) })
        .where('run_id', '=', runId)
        .where('closed_at', 'is', null)
        .execute();
    },

    async close(runId, judging, state) {
      await db
        .updateTable('judgings')
        .set({ state, closed_at: Date.now() })
        .where('run_id', '=', runId)
        .where('judging', '=', judging)
        .where('closed_at', 'is', null)
        .execute();
    },

    async listOpen() {
      const open = await db
        .selectFrom('judgings')
        .selectAll()
        .where('closed_at', 'is', null)
        .orderBy('opened_at')
        .orderBy('run_id')
        .execute();
      return open.map(toRecord);
    },

    async latest(runId) {
      const found = await newest(db, runId);
      return found === undefined ? null : toRecord(found);
    },
  };
}

function newest(db: Connection, runId: string) {
  return db
    .selectFrom('judgings')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('judging', 'desc')
    .limit(1)
    .executeTakeFirst();
}

async function openJudging(
  trx: OpenTransaction,
  runId: string,
  workflowRunId: string,
): Promise<number> {
  const latest = await newest(trx, runId);
  if (latest?.closed_at === null && latest.workflow_run_id === workflowRunId) return latest.judging;
  // Its workflow was ended from outside: there is one at a time, and this is it.
  await trx
    .updateTable('judgings')
    .set({ state: 'cancelled', closed_at: Date.now() })
    .where('run_id', '=', runId)
    .where('closed_at', 'is', null)
    .execute();
  const judging = (latest?.judging ?? 0) + 1;
  await trx
    .insertInto('judgings')
    .values({
      run_id: runId,
      judging,
      workflow_run_id: workflowRunId,
      state: 'running',
      stop_reason: null,
      stop_detail_json: null,
      opened_at: Date.now(),
      closed_at: null,
    })
    .execute();
  return judging;
}

function toRecord(judging: JudgingColumns): JudgingRecord {
  const what = `judging ${judging.judging} of run ${judging.run_id}`;
  return {
    runId: judging.run_id,
    judging: judging.judging,
    state: judging.state,
    stopReason: judging.stop_reason,
    stopDetail: (judging.stop_detail_json === null
      ? null
      : fromJsonColumn(judging.stop_detail_json, what)) as JudgingRecord['stopDetail'],
  };
}
