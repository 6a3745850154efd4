import { crashPoint } from '../../domain/crash-points.ts';
import { sql } from 'kysely';
import type { Step } from '../../domain/outcome.ts';
import type { RunSpec } from '../../domain/run-spec.ts';
import type { DriveSelection, RunStore } from '../../domain/stores/run-store.ts';
import type { RunState } from '../../domain/summary.ts';
import { missingRecord } from './database-error.ts';
import { previewItems, takeUpItems } from './drive-selection.ts';
import { dropHolds } from './item-holds.ts';
import { fromJsonColumn } from './json-column.ts';
import type { Connection, OpenTransaction } from './schema.ts';

type Drives = Pick<RunStore, 'previewRetry' | 'openDrive' | 'closeDrive' | 'openDrives'>;

/** Drives of a run: opening and closing them. */
export function createDrives(db: Connection): Drives {
  return {
    openDrive: (runId, selection) =>
      db.transaction().execute((trx) => openDrive(trx, runId, selection)),

    async previewRetry(runId, filter) {
      const groups = await previewItems(db, runId, filter);
      const spends = await db
        .selectFrom('calls')
        .select(({ fn }) => ['step', fn.count<number>('item_id').distinct().as('items')])
        .select(
          sql<
            number | null
          >`case when count(*) filter (where state <> 'open' and price_usd is null) > 0
            then null else coalesce(sum(price_usd), 0) end`.as('paidUsd'),
        )
        .where('run_id', '=', runId)
        .where('step', '<>', 'judge')
        .groupBy('step')
        .$narrowType<{ step: Step }>()
        .execute();
      return { groups, spends };
    },

    closeDrive: (runId, drive, end = null) =>
      db.transaction().execute((trx) => closeDrive(trx, runId, drive, end)),

    openDrives: () =>
      db
        .selectFrom('drives')
        .select(['run_id as runId', 'drive', 'opened_at as openedAt'])
        .where('closed_at', 'is', null)
        .orderBy('opened_at')
        .orderBy('run_id')
        .execute(),
  };
}

async function openDrive(trx: OpenTransaction, runId: string, selection: DriveSelection) {
  const run = await trx
    .selectFrom('runs')
    .select('spec_json')
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (run === undefined) throw missingRecord(`run ${runId}`);

  const latest = await trx
    .selectFrom('drives')
    .select(['drive', 'closed_at'])
    .where('run_id', '=', runId)
    .orderBy('drive', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (latest?.closed_at === null) return { drive: null, selected: 0, openDrive: latest.drive };

  const drive = (latest?.drive ?? 0) + 1;
  const selected = await takeUpItems(trx, runId, drive, selection);
  crashPoint('items-taken-up');
  if (selected === 0) return { drive: null, selected: 0, openDrive: null };

  await dropHolds(trx, runId);
  await trx
    .insertInto('drives')
    .values({ run_id: runId, drive, opened_at: Date.now(), closed_at: null })
    .execute();
  const spec = fromJsonColumn(run.spec_json, `run ${runId}`) as RunSpec;
  await trx
    .updateTable('runs')
    .set({ state: 'running', admission: 'open', item_window: spec.run.itemsInFlight })
    .set({ stop_reason: null, stop_detail_json: null })
    .where('run_id', '=', runId)
    .execute();
  return { drive, selected, openDrive: drive };
}

/** Whoever sees the drive closed sees the state it left, too. */
async function closeDrive(
  trx: OpenTransaction,
  runId: string,
  drive: number,
  end: RunState | null,
): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('drives')
    .set({ closed_at: Date.now() })
    .where('run_id', '=', runId)
    .where('drive', '=', drive)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  // Other runs on the same accounts would wait for it.
  await dropHolds(trx, runId);
  if (end === null) return;
  await trx
    .updateTable('runs')
    .set({ state: end })
    .$if(end !== 'stopped', (run) => run.set({ stop_reason: null, stop_detail_json: null }))
    .where('run_id', '=', runId)
    .execute();
}
