import { sql } from 'kysely';
import { warnedShare } from '../../domain/budget-gate.ts';
import { toNanoUsd } from '../../domain/money.ts';
import type { CallColumns, Connection, OpenTransaction } from './schema.ts';
import type { SpendTotalColumns } from './sum-tables.ts';

/** The account of the row that counts the whole run. */
export const wholeRun = '';

type Priced = Pick<CallColumns, 'state' | 'max_price_usd' | 'price_usd' | 'is_duplicate'>;

/** What a call adds to the running totals, in nano-dollars. */
export type Contribution = {
  readonly settledNano: number;
  readonly openNano: number;
  readonly duplicateNano: number;
};

/** A call whose price is not known counts at its maximum: no reply yet, or one without figures. */
export function contributionOf(call: Priced): Contribution {
  const isUnpriced = call.price_usd === null && call.state !== 'unbilled';
  if (call.state === 'open' || isUnpriced) {
    return { settledNano: 0, openNano: toNanoUsd(call.max_price_usd ?? 0), duplicateNano: 0 };
  }
  const settledNano = toNanoUsd(call.price_usd ?? 0);
  return { settledNano, openNano: 0, duplicateNano: call.is_duplicate === 1 ? settledNano : 0 };
}

/** Counts an intent for its run and its account. First in its transaction: it locks both rows. */
export async function countIntent(
  trx: OpenTransaction,
  { runId, account }: { readonly runId: string; readonly account: string },
  openNano: number,
): Promise<void> {
  const totals = { calls: 1, settled_nano: 0, open_nano: openNano, duplicate_nano: 0 };
  await trx
    .insertInto('spend_totals')
    .values([wholeRun, account].map((name) => ({ run_id: runId, account: name, ...totals })))
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'account']).doUpdateSet({
        calls: sql`spend_totals.calls + 1`,
        open_nano: sql`spend_totals.open_nano + ${openNano}`,
      }),
    )
    .execute();
}

/** Moves the totals from what a call counted as to what it counts as now. */
export async function countSettlement(
  trx: OpenTransaction,
  call: Pick<CallColumns, 'run_id' | 'account'>,
  before: Contribution,
  after: Contribution,
): Promise<void> {
  const settled = after.settledNano - before.settledNano;
  await trx
    .updateTable('spend_totals')
    .set({
      settled_nano: sql`settled_nano + ${settled}`,
      open_nano: sql`open_nano + ${after.openNano - before.openNano}`,
      duplicate_nano: sql`duplicate_nano + ${after.duplicateNano - before.duplicateNano}`,
      // Told once per cap, by the settlement that crosses the line.
      warned_at: sql`case when warned_at is null and settled_nano + ${settled} >= cap_nano * ${warnedShare}
        then ${Date.now()} else warned_at end`,
    })
    .where('run_id', '=', call.run_id)
    .where('account', 'in', [wholeRun, call.account])
    .execute();
}

/** The totals of a run and its accounts; the row of the whole run first. */
export function readTotals(db: Connection, runId: string): Promise<SpendTotalColumns[]> {
  return db
    .selectFrom('spend_totals')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('account')
    .execute();
}
