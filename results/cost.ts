import type { CallRecord, CallStore, Spending } from '../domain/stores/call-store.ts';
import type { CallStep } from '../domain/outcome.ts';
import { pricesOver } from '../domain/money/price-table.ts';
import { paidModels } from '../domain/run-spec.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';
import type { SpendLine, SpendStore } from '../domain/stores/spend-store.ts';

/**
 * A call whose money may be lost. `duplicate`: a second answer to a request that had one. `possible`:
 * sent, and not known to have been billed. `unpriced`: answered without the figures for its price.
 * `in flight`: will settle.
 */
export type DoubtfulCall = {
  readonly kind: 'duplicate' | 'possible' | 'unpriced' | 'in flight';
  readonly itemId: string;
  readonly sample: number;
  readonly step: CallStep;
  readonly part: number;
  readonly drive: number;
  /** With `n`, the request id under which the provider knows the call. */
  readonly callKey: string;
  readonly n: number;
  readonly model: string;
  readonly account: string;
  readonly processId: string;
  /** ISO 8601. */
  readonly sentAt: string;
  /** What it cost, or the most that it can have cost; null without a price. */
  readonly usd: number | null;
  readonly failureClass: string | null;
};

/** What a run's money went to, in US dollars. */
export type RunCost = {
  readonly runId: string;
  /** The run as a whole: settled, open, cap. */
  readonly total: Spending;
  /** What everything would have cost without the call store; null where a call has no price. */
  readonly listUsd: number | null;
  readonly accounts: readonly Spending[];
  readonly lines: readonly (SpendLine & {
    /** Of the whole step. */
    readonly listUsd: number | null;
  })[];
  /** Several for a model whose list price changed while the run existed, oldest first. */
  readonly prices: readonly {
    readonly use: string;
    readonly model: string;
    readonly price: object | null;
    readonly origin: object | null;
  }[];
  readonly doubtful: readonly DoubtfulCall[];
};

const nothing = {
  calls: 0,
  settledUsd: 0,
  openUsd: 0,
  counted: { settledUsd: 0, openUsd: 0 },
  capUsd: null,
  warnedAt: null,
};

/**
 * Accounts for a run's spend.
 *
 * @param now  milliseconds since 1970: open calls past their deadlines are not in flight any more
 */
export async function costOfRun(
  { calls, spend }: { readonly calls: Pick<CallStore, 'spending'>; readonly spend: SpendStore },
  { runId, spec, createdAt }: Pick<RunRecord, 'runId' | 'spec' | 'createdAt'>,
  now: number,
): Promise<RunCost> {
  const spending = await calls.spending(runId);
  const listUsd = await spend.listUsd(runId);
  const lists = [...listUsd.values()];
  return {
    runId,
    total: spending.find(({ account }) => account === null) ?? { account: null, ...nothing },
    listUsd: lists.includes(null) ? null : lists.reduce<number>((sum, usd) => sum + (usd ?? 0), 0),
    accounts: spending.filter(({ account }) => account !== null),
    lines: (await spend.lines(runId)).map((line) => ({
      ...line,
      listUsd: listUsd.get(line.step) ?? null,
    })),
    prices: Object.entries(paidModels(spec)).flatMap(([use, model]) =>
      pricesOver(model, dayOf(createdAt), dayOf(now)).map(({ price, priceOrigin }) => ({
        use,
        model: model.model,
        price,
        origin: priceOrigin,
      })),
    ),
    doubtful: (await spend.doubtful(runId)).map((call) => doubtfulCall(call, now)),
  };
}

/** As YYYY-MM-DD, in UTC. */
function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function doubtfulCall(call: CallRecord, now: number): DoubtfulCall {
  const { itemId, sample, step, part, drive, callKey, n, model, account, processId } = call;
  const names = { itemId, sample, step, part, drive, callKey, n, model, account, processId };
  return {
    kind: kindOf(call, now),
    ...names,
    sentAt: new Date(call.startedAt).toISOString(),
    usd: call.priceUsd ?? call.maxPriceUsd,
    failureClass: call.failureClass,
  };
}

function kindOf(call: CallRecord, now: number): DoubtfulCall['kind'] {
  if (call.isDuplicate) return 'duplicate';
  if (call.state !== 'open') return 'unpriced';
  return call.settledAt === null && call.deadlineAt >= now ? 'in flight' : 'possible';
}
