import { sql } from 'kysely';
import type { RunBudget } from '../../domain/money/budget.ts';
import {
  BudgetRefusal,
  type BudgetVerdict,
  estimateItem,
  judgeCall,
  judgeItem,
} from '../../domain/money/budget-gate.ts';
import { toNanoUsd } from '../../domain/money/money.ts';
import type { CallStore } from '../../domain/stores/call-store.ts';
import { drawOnHold, hold, isHolding } from './item-holds.ts';
import type { OpenTransaction } from './schema.ts';
import { readTotals, setCap, type SpendTotal, wholeRun } from './spend-totals.ts';

type Intent = Parameters<CallStore['openIntent']>[0];

/**
 * Checks an intent against the run's budget, in the transaction that counted it: what the run spends
 * against its cap, and what all runs spend on an account against the cap that this one names for it.
 * The first call of an item in a drive admits the item: its whole estimate must fit, and is held for it.
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
  const standing = await standingOf(trx, intent);
  for (const total of totals) {
    const { account } = total.own;
    const concerns = account === wholeRun || account === intent.account;
    if (standing !== 'first' && !concerns) continue;
    const ownNano = concerns ? callNano : 0;
    const estimateNano =
      standing === 'lone' ? ownNano : Math.max(ownNano, estimateOf(total, budget));
    const state = spendState(total, ownNano);
    const judge = (liveNano: number): BudgetVerdict =>
      standing === 'further'
        ? judgeCall({ ...state, liveNano }, callNano)
        : judgeItem({ ...state, liveNano }, estimateNano);
    if (judge(0) !== 'fits') {
      // What is in flight matters only where there is no room beside it.
      const mayFitLater = judge(await liveNanoOf(trx, intent, account)) === 'later';
      throw new BudgetRefusal(account === wholeRun ? null : account, mayFitLater);
    }
    if (standing === 'first') await hold(trx, intent, account, estimateNano);
  }
  await drawOnHold(trx, intent, intent.account, callNano);
}

/**
 * Whether a call is an item's `first`, or a `further` one of an item that was admitted. A judgement
 * is a `lone` call: it is admitted like an item, and holds nothing for later ones.
 */
async function standingOf(
  trx: OpenTransaction,
  intent: Intent,
): Promise<'first' | 'further' | 'lone'> {
  if (intent.step === 'judge') return 'lone';
  return (await isHolding(trx, intent)) ? 'further' : 'first';
}

/** Totals of everything that has a cap, with that cap. */
async function capsUpToDate(
  trx: OpenTransaction,
  { runId }: Intent,
  { runUsd, accountsUsd }: RunBudget,
): Promise<SpendTotal[]> {
  const caps = new Map(Object.entries(accountsUsd).map(([name, usd]) => [name, toNanoUsd(usd)]));
  if (runUsd !== null) caps.set(wholeRun, toNanoUsd(runUsd));
  const known = await readTotals(trx, runId);
  for (const [account, capNano] of caps) {
    const before = known.find(({ own }) => own.account === account)?.own.cap_nano;
    if (before !== capNano) await setCap(trx, runId, account, capNano);
  }
  const current = await readTotals(trx, runId);
  return current.filter(({ own }) => caps.has(own.account));
}

function estimateOf({ own }: SpendTotal, budget: RunBudget): number {
  const { account, finished_items: items, finished_nano: nano } = own;
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

/** @param callNano  what the call itself is counted as already */
function spendState({ own, counted }: SpendTotal, callNano: number) {
  return {
    capNano: own.cap_nano ?? Infinity,
    settledNano: counted.settled_nano,
    openNano: counted.open_nano - callNano,
    heldNano: counted.held_nano,
  };
}

/** Maxima of the calls in flight, of the run or of an account: neither ended nor past their deadlines. */
async function liveNanoOf(
  trx: OpenTransaction,
  { runId, startedAt }: Intent,
  account: string,
): Promise<number> {
  const live = await trx
    .selectFrom('calls')
    .select('max_price_usd')
    .where('state', '=', sql.lit('open'))
    .where('settled_at', 'is', null)
    .where('deadline_at', '>=', startedAt)
    .where((call) =>
      account === wholeRun ? call('run_id', '=', runId) : call('account', '=', account),
    )
    .execute();
  return sum(live.map(({ max_price_usd }) => toNanoUsd(max_price_usd ?? 0)));
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
