import type { RunChange, RunStore } from '../../domain/stores/run-store.ts';
import { fromJsonColumn, toJsonColumn } from './json-column.ts';
import type { Connection } from './schema.ts';

/** Writes one change down. */
export async function insertChange(
  db: Connection,
  runId: string,
  { changedAt, setting, before, after, reason }: RunChange,
): Promise<void> {
  await db
    .insertInto('run_changes')
    .values({
      run_id: runId,
      changed_at: changedAt,
      setting,
      reason,
      before_json: toJsonColumn(before),
      after_json: toJsonColumn(after),
    })
    .execute();
}

/** What was changed about a run while it existed. */
export function createRunChanges(db: Connection): Pick<RunStore, 'noteChange' | 'changes'> {
  return {
    noteChange: (runId, change) => insertChange(db, runId, change),

    async changes(runId) {
      const found = await db
        .selectFrom('run_changes')
        .selectAll()
        .where('run_id', '=', runId)
        .orderBy('change_id')
        .execute();
      return found.map((change) => {
        const valueOf = (text: string | null): unknown =>
          text === null ? null : fromJsonColumn(text, `a change of run ${runId}`);
        return {
          changedAt: change.changed_at,
          setting: change.setting,
          before: valueOf(change.before_json),
          after: valueOf(change.after_json),
          reason: change.reason,
        };
      });
    },
  };
}
