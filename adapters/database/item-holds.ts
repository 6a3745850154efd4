import { sql } from 'kysely';
import type { OpenTransaction } from './schema.ts';
import { changeHeld, readTotals, wholeRun } from './spend-totals.ts';

type ItemKey = { readonly runId: string; readonly itemId: string; readonly sample: number };

/** Whether the item was admitted to the run's budget and has not ended since. */
export async function isHolding(trx: OpenTransaction, item: ItemKey): Promise<boolean> {
  return (await holdsOf(trx, item)).length > 0;
}

function holdsOf(trx: OpenTransaction, { runId, itemId, sample }: ItemKey) {
  return trx
    .selectFrom('item_holds')
    .selectAll()
    .where('run_id', '=', runId)
    .where('item_id', '=', itemId)
    .where('sample', '=', sample)
    .execute();
}

/** Holds an estimate for an item that is admitted. */
export async function hold(
  trx: OpenTransaction,
  { runId, itemId, sample }: ItemKey,
  account: string,
  estimateNano: number,
): Promise<void> {
  const key = { run_id: runId, item_id: itemId, sample, account };
  await trx
    .insertInto('item_holds')
    .values({ ...key, estimate_nano: estimateNano, committed_nano: 0 })
    .execute();
  await changeHeld(trx, runId, account, estimateNano);
}

/**
 * Takes what a call has reserved, or gives back what it did not need, out of what its item holds.
 * An item without a hold has none to draw on: the run has no budget, or the item had ended.
 */
export async function drawOnHold(
  trx: OpenTransaction,
  item: ItemKey,
  account: string,
  nano: number,
): Promise<void> {
  if (nano === 0) return;
  for (const held of await holdsOf(trx, item)) {
    if (held.account !== wholeRun && held.account !== account) continue;
    const committed = held.committed_nano + nano;
    const freed = leftOf(held) - leftOf({ ...held, committed_nano: committed });
    await trx
      .updateTable('item_holds')
      .set({ committed_nano: committed })
      .where('run_id', '=', item.runId)
      .where('item_id', '=', item.itemId)
      .where('sample', '=', item.sample)
      .where('account', '=', held.account)
      .execute();
    await changeHeld(trx, item.runId, held.account, -freed);
  }
}

/** Gives back what an item holds. One that finished counts in the mean that others are estimated by. */
export async function releaseHolds(
  trx: OpenTransaction,
  item: ItemKey,
  isFinished: boolean,
): Promise<void> {
  const holds = await holdsOf(trx, item);
  if (holds.length === 0) return;
  await trx
    .deleteFrom('item_holds')
    .where('run_id', '=', item.runId)
    .where('item_id', '=', item.itemId)
    .where('sample', '=', item.sample)
    .execute();
  for (const held of holds) {
    await changeHeld(trx, item.runId, held.account, -leftOf(held));
    if (!isFinished) continue;
    await trx
      .updateTable('spend_totals')
      .set({
        finished_items: sql`finished_items + 1`,
        finished_nano: sql`finished_nano + ${held.committed_nano}`,
      })
      .where('run_id', '=', item.runId)
      .where('account', '=', held.account)
      .execute();
  }
}

/** What items of a drive that has ended still hold is nobody's any more. */
export async function dropHolds(trx: OpenTransaction, runId: string): Promise<void> {
  await trx.deleteFrom('item_holds').where('run_id', '=', runId).execute();
  for (const { own } of await readTotals(trx, runId))
    await changeHeld(trx, runId, own.account, -own.held_nano);
}

function leftOf(held: { readonly estimate_nano: number; readonly committed_nano: number }): number {
  return Math.max(0, held.estimate_nano - held.committed_nano);
}
