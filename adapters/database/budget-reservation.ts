import { sql } from 'kysely';
import type { RunBudget } from '../../domain/budget.ts';
import {
  BudgetRefusal,
  type BudgetVerdict,
  estimateItem,
  judgeCall,
  judgeItem,
} from '../../domain/budget-gate.ts';
import { toNanoUsd } from '../../domain/money.ts';
import type { CallStore } from '../../domain/stores/call-store.ts';
import { drawOnHold, hold, isHolding } from './item-holds.ts';
import type { OpenTransaction } from './schema.ts';
import type { SpendTotalColumns } from './sum-tables.ts';
import { readTotals, wholeRun } from './spend-totals.ts';

type Intent = Parameters<CallStore['openIntent']>[0];

/**
 * Checks an intent against the run's budget, in the transaction that counted it. The first call of
 * an item in a drive admits the item: its whole estimate must fit, and is held for it.
 *
 * @throws {BudgetRefusal} the transaction is to be rolled back
 */
export async function reserve(
  trx: OpenTransaction,
  intent: Intent,
  budget: RunBudget,
): Promise<void> {
  const totals = await capsUpToDate(trx, intent, budget);
  const callNano = toNanoUsd(intent.maxPriceUsd ?? 0);
  const isAdmitted = await isHolding(trx, intent);
  for (const total of totals) {
    const concerns = total.account === wholeRun || total.account === intent.account;
    if (isAdmitted && !concerns) continue;
    const ownNano = concerns ? callNano : 0;
    const estimateNano = Math.max(ownNano, estimateOf(total, budget));
    const state = { ...spendState(total), openNano: total.open_nano - ownNano };
    const judge = (liveNano: number): BudgetVerdict =>
      isAdmitted
        ? judgeCall({ ...state, liveNano }, callNano)
        : judgeItem({ ...state, liveNano }, estimateNano);
    if (judge(0) !== 'fits') {
      // What is in flight matters only where there is no room beside it.
      const mayFitLater = judge(await liveNanoOf(trx, intent, total.account)) === 'later';
      throw new BudgetRefusal(total.account === wholeRun ? null : total.account, mayFitLater);
    }
    if (!isAdmitted) await hold(trx, intent, total.account, estimateNano);
  }
  await drawOnHold(trx, intent, intent.account, callNano);
}

/** Totals of everything that has a cap, with that cap. A changed cap is warned of anew. */
async function capsUpToDate(
  trx: OpenTransaction,
  { runId }: Intent,
  { runUsd, accountsUsd }: RunBudget,
): Promise<SpendTotalColumns[]> {
  const caps = new Map(Object.entries(accountsUsd).map(([name, usd]) => [name, toNanoUsd(usd)]));
  if (runUsd !== null) caps.set(wholeRun, toNanoUsd(runUsd));
  const known = await readTotals(trx, runId);
  for (const [account, capNano] of caps) {
    if (known.find((total) => total.account === account)?.cap_nano === capNano) continue;
    const empty = { calls: 0, settled_nano: 0, open_nano: 0, duplicate_nano: 0 };
    await trx
      .insertInto('spend_totals')
      .values({ run_id: runId, account, ...empty, cap_nano: capNano })
      .onConflict((conflict) =>
        conflict.columns(['run_id', 'account']).doUpdateSet({ cap_nano: capNano, warned_at: null }),
      )
      .execute();
  }
  const current = await readTotals(trx, runId);
  return current.filter(({ account }) => caps.has(account));
}

function estimateOf(total: SpendTotalColumns, budget: RunBudget): number {
  const { account, finished_items: items, finished_nano: nano } = total;
  const { itemMostUsd, callMostUsd } = budget;
  const most =
    account === wholeRun
      ? { item: sum(Object.values(itemMostUsd)), call: Math.max(...Object.values(callMostUsd)) }
      : { item: itemMostUsd[account] ?? 0, call: callMostUsd[account] ?? 0 };
  return estimateItem(
    { itemNano: toNanoUsd(most.item), callNano: toNanoUsd(most.call) },
    { items, nano },
  );
}

function spendState({ cap_nano, settled_nano, open_nano, held_nano }: SpendTotalColumns) {
  return {
    capNano: cap_nano ?? Infinity,
    settledNano: settled_nano,
    openNano: open_nano,
    heldNano: held_nano,
  };
}

/** Maxima of the calls in flight: neither ended nor past their deadlines. */
async function liveNanoOf(
  trx: OpenTransaction,
  { runId, startedAt }: Intent,
  account: string,
): Promise<number> {
  const live = await trx
    .selectFrom('calls')
    .select('max_price_usd')
    .where('run_id', '=', runId)
    .where('state', '=', sql.lit('open'))
    .where('settled_at', 'is', null)
    .where('deadline_at', '>=', startedAt)
    .$if(account !== wholeRun, (calls) => calls.where('account', '=', account))
    .execute();
  return sum(live.map(({ max_price_usd }) => toNanoUsd(max_price_usd ?? 0)));
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
