import { sql } from 'kysely';
import { warnedShare } from '../../domain/money/budget-gate.ts';
import { toNanoUsd } from '../../domain/money/money.ts';
import type { CallColumns, Connection, OpenTransaction } from './schema.ts';
import type { SpendTotalColumns } from './sum-tables.ts';

/** The account of the row that counts the whole run. */
export const wholeRun = '';

/** The run of the row that counts what all runs spend on an account. */
export const allRuns = '';

/** What a run has spent, on one account or as a whole, and what its cap is held against. */
export type SpendTotal = {
  readonly own: SpendTotalColumns;
  /** Of an account, what all runs have spent on it; of the whole run, its own. */
  readonly counted: SpendTotalColumns;
};

const nothingSpent = { calls: 0, settled_nano: 0, open_nano: 0, duplicate_nano: 0 } as const;

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

/** Counts an intent for its run and its account. First in its transaction: it locks their rows. */
export async function countIntent(
  trx: OpenTransaction,
  { runId, account }: { readonly runId: string; readonly account: string },
  openNano: number,
): Promise<void> {
  const totals = { ...nothingSpent, calls: 1, open_nano: openNano };
  await trx
    .insertInto('spend_totals')
    .values([
      { run_id: runId, account: wholeRun, ...totals },
      { run_id: runId, account, ...totals },
      { run_id: allRuns, account, ...totals },
    ])
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
  const changed = await trx
    .updateTable('spend_totals')
    .set({
      settled_nano: sql`settled_nano + ${after.settledNano - before.settledNano}`,
      open_nano: sql`open_nano + ${after.openNano - before.openNano}`,
      duplicate_nano: sql`duplicate_nano + ${after.duplicateNano - before.duplicateNano}`,
    })
    .where('run_id', 'in', [call.run_id, allRuns])
    .where('account', 'in', [wholeRun, call.account])
    .returningAll()
    .execute();
  for (const total of totalsOf(changed)) await warnOnce(trx, total);
}

/** Told once per cap: by the run's settlement that crosses the line, or finds it crossed. */
async function warnOnce(trx: OpenTransaction, { own, counted }: SpendTotal): Promise<void> {
  const { warned_at, cap_nano } = own;
  if (warned_at !== null || cap_nano === null) return;
  if (counted.settled_nano < cap_nano * warnedShare) return;
  await trx
    .updateTable('spend_totals')
    .set({ warned_at: Date.now() })
    .where('run_id', '=', own.run_id)
    .where('account', '=', own.account)
    .execute();
}

/** The totals of a run and its accounts; that of the whole run first. */
export async function readTotals(db: Connection, runId: string): Promise<SpendTotal[]> {
  const rows = await db
    .selectFrom('spend_totals')
    .selectAll()
    .where('run_id', 'in', [runId, allRuns])
    .where('account', 'in', (ofRun) =>
      ofRun.selectFrom('spend_totals').select('account').where('run_id', '=', runId),
    )
    .orderBy('account')
    .execute();
  return totalsOf(rows);
}

function totalsOf(rows: readonly SpendTotalColumns[]): SpendTotal[] {
  const shared = new Map(
    rows.filter(({ run_id }) => run_id === allRuns).map((row) => [row.account, row]),
  );
  const ofRun = rows.filter(({ run_id }) => run_id !== allRuns);
  return ofRun.map((own) => ({ own, counted: shared.get(own.account) ?? own }));
}

/** Gives a run a cap, on one account or as a whole. A changed cap is warned of anew. */
export async function setCap(
  trx: OpenTransaction,
  runId: string,
  account: string,
  capNano: number,
): Promise<void> {
  if (account !== wholeRun) {
    await trx
      .insertInto('spend_totals')
      .values({ run_id: allRuns, account, ...nothingSpent })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  await trx
    .insertInto('spend_totals')
    .values({ run_id: runId, account, ...nothingSpent, cap_nano: capNano })
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'account']).doUpdateSet({ cap_nano: capNano, warned_at: null }),
    )
    .execute();
}

/** Changes what items of a run hold of its account, or of the whole run. */
export async function changeHeld(
  trx: OpenTransaction,
  runId: string,
  account: string,
  nano: number,
): Promise<void> {
  if (nano === 0) return;
  await trx
    .updateTable('spend_totals')
    .set({ held_nano: sql`held_nano + ${nano}` })
    .where('run_id', 'in', [runId, allRuns])
    .where('account', '=', account)
    .execute();
}
