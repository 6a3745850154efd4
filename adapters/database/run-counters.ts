import { sql } from 'kysely';
import type { FailureClass, Outcome } from '../../domain/outcome.ts';
import type { Connection, Flag, OpenTransaction } from './schema.ts';

/** How an item stands: what the counters tell apart. */
export type Standing = {
  readonly outcome: Outcome | null;
  readonly failureClass: FailureClass | null;
  readonly degraded: Flag;
};

export type Counted = Standing & { readonly items: number };

/** How a new item stands. */
export const pendingStanding: Standing = { outcome: null, failureClass: null, degraded: 0 };

/**
 * Adds to a run's counters; to be called in the transaction that changes `items`, so that both
 * always say the same.
 *
 * @param changes  items that stand there now, or negative: no longer
 */
export async function moveCounted(
  trx: OpenTransaction,
  runId: string,
  changes: readonly Counted[],
): Promise<void> {
  const sums = new Map<string, Counted>();
  for (const change of changes) {
    const key = `${change.outcome} ${change.failureClass} ${change.degraded}`;
    sums.set(key, { ...change, items: change.items + (sums.get(key)?.items ?? 0) });
  }
  for (const { outcome, failureClass, degraded, items } of sums.values()) {
    if (items === 0) continue;
    await trx
      .insertInto('run_counters')
      .values({
        run_id: runId,
        outcome: outcome ?? '',
        failure_class: failureClass ?? '',
        degraded,
        items,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['run_id', 'outcome', 'failure_class', 'degraded'])
          .doUpdateSet({ items: sql<number>`run_counters.items + excluded.items` }),
      )
      .execute();
  }
}

/** How many items of a run stand where. */
export async function readCounted(db: Connection, runId: string): Promise<Counted[]> {
  const counters = await db
    .selectFrom('run_counters')
    .selectAll()
    .where('run_id', '=', runId)
    .where('items', '>', 0)
    .orderBy('failure_class')
    .execute();
  return counters.map(({ outcome, failure_class, degraded, items }) => ({
    outcome: outcome === '' ? null : outcome,
    failureClass: failure_class === '' ? null : failure_class,
    degraded,
    items,
  }));
}
