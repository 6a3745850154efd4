import { changedSettings } from '../../domain/config/run-settings.ts';
import type { RunSpec } from '../../domain/run-spec.ts';
import type { RunChange, RunStore } from '../../domain/stores/run-store.ts';
import { missingRecord } from './database-error.ts';
import { insertChange } from './run-changes.ts';
import type { Connection, OpenTransaction } from './schema.ts';
import { specFromColumn } from './spec-column.ts';

/** What people want of a run while it is at work. */
export function createRunSteering(db: Connection): Pick<RunStore, 'steer' | 'updateSpec'> {
  return {
    async steer(runId, from, to) {
      const { numUpdatedRows } = await db
        .updateTable('runs')
        .set({ ...to, stop_reason: null, stop_detail_json: null })
        .where('run_id', '=', runId)
        .where('state', 'in', from)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('drives')
              .select('drive')
              .whereRef('drives.run_id', '=', 'runs.run_id')
              .where('closed_at', 'is', null),
          ),
        )
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    updateSpec: (runId, spec, reason = null) =>
      db.transaction().execute((trx) => updateSpec(trx, runId, spec, reason)),
  };
}

async function updateSpec(
  trx: OpenTransaction,
  runId: string,
  given: RunSpec | ((stored: RunSpec) => RunSpec),
  reason: string | null,
): Promise<RunChange[]> {
  const run = await trx
    .selectFrom('runs')
    .select('spec_json')
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (run === undefined) throw missingRecord(`run ${runId}`);

  const stored = specFromColumn(run.spec_json, `run ${runId}`);
  const spec = typeof given === 'function' ? given(stored) : given;
  const changedAt = Date.now();
  const changes = changedSettings(stored, spec).map((change) => ({ ...change, changedAt, reason }));
  const { itemsInFlight } = spec.run;
  const opensOther = itemsInFlight !== stored.run.itemsInFlight;
  await trx
    .updateTable('runs')
    .set({ spec_json: JSON.stringify(spec) })
    .$if(opensOther, (update) => update.set({ item_window: itemsInFlight }))
    .where('run_id', '=', runId)
    .execute();
  for (const change of changes) await insertChange(trx, runId, change);
  return changes;
}
