import type { RunStore } from '../../domain/stores/run-store.ts';
import type { Connection } from './schema.ts';

/** What people want of a run while it is at work. */
export function createRunSteering(db: Connection): Pick<RunStore, 'steer'> {
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
  };
}
