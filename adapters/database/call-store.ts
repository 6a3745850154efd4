import { sql } from 'kysely';
import { fromNanoUsd, toNanoUsd } from '../../domain/money/money.ts';
import type { BlobStore } from '../../domain/stores/blob-store.ts';
import type { CallStore, Spending } from '../../domain/stores/call-store.ts';
import { reserve } from './budget-reservation.ts';
import { createCallEnds } from './call-ends.ts';
import { ownerColumns, toCallRecord } from './call-record.ts';
import { findResponse, insertResponse, readResponse } from './call-responses.ts';
import { missingRecord } from './database-error.ts';
import { drawOnHold, releaseHolds } from './item-holds.ts';
import { toJsonColumn } from './json-column.ts';
import type { CallColumns, Connection, OpenTransaction } from './schema.ts';
import {
  contributionOf,
  countIntent,
  countSettlement,
  readTotals,
  type SpendTotal,
  wholeRun,
} from './spend-totals.ts';

/** The call store: every request that may have been paid for, and what came back. */
export function createCallStore(db: Connection, blobs: BlobStore): CallStore {
  return {
    async findUsable(callKey) {
      const winner = await winnerOf(db, callKey);
      if (winner === undefined) return null;
      const response = await readResponse(db, blobs, callKey, winner.n);
      return { record: toCallRecord(winner), response };
    },

    async findUnsettled(callKey) {
      const unsettled = await db
        .selectFrom('calls')
        .innerJoin('call_responses as response', (join) =>
          join
            .onRef('response.call_key', '=', 'calls.call_key')
            .onRef('response.n', '=', 'calls.n'),
        )
        .select('calls.n')
        .where('calls.call_key', '=', callKey)
        .where('calls.state', '=', 'open')
        .where('calls.settled_at', 'is', null)
        .orderBy('calls.n')
        .execute();
      return Promise.all(unsettled.map(({ n }) => readResponse(db, blobs, callKey, n)));
    },

    openIntent: (intent) => db.transaction().execute((trx) => insertIntent(trx, intent)),

    storeResponse: (callKey, response) => insertResponse(db, blobs, callKey, response),

    settle: (callKey, n, end) =>
      db.transaction().execute(async (trx) => {
        await settleCall(trx, callKey, n, end);
        return (await winnerOf(trx, callKey))?.n ?? null;
      }),

    findResponse: (callKey, n) => findResponse(db, blobs, callKey, n),

    async ofStep(owner) {
      const calls = await db
        .selectFrom('calls')
        .selectAll()
        .where((call) => call.and(ownerColumns(owner)))
        .orderBy('call_id')
        .execute();
      return calls.map(toCallRecord);
    },

    spending: async (runId) => (await readTotals(db, runId)).map(toSpending),

    ...createCallEnds(db),

    ledger: (runId) =>
      db
        .transaction()
        .setAccessMode('read only')
        .execute((trx) => readLedger(trx, runId)),
  };
}

function toSpending({ own, counted }: SpendTotal): Spending {
  const spent = ({ settled_nano, open_nano }: SpendTotal['own']) => ({
    settledUsd: fromNanoUsd(settled_nano),
    openUsd: fromNanoUsd(open_nano),
  });
  return {
    account: own.account === wholeRun ? null : own.account,
    calls: own.calls,
    ...spent(own),
    counted: spent(counted),
    capUsd: own.cap_nano === null ? null : fromNanoUsd(own.cap_nano),
    warnedAt: own.warned_at,
  };
}

function winnerOf(db: Connection, callKey: string) {
  return db
    .selectFrom('calls')
    .selectAll()
    .where('call_key', '=', callKey)
    .where('state', '=', 'usable')
    .where('is_duplicate', '=', 0)
    .executeTakeFirst();
}

async function insertIntent(
  trx: OpenTransaction,
  intent: Parameters<CallStore['openIntent']>[0],
): Promise<number> {
  await countIntent(trx, intent, toNanoUsd(intent.maxPriceUsd ?? 0));
  if (intent.budget && intent.maxPriceUsd !== null) await reserve(trx, intent, intent.budget);
  const last = await trx
    .selectFrom('calls')
    .select(({ fn }) => fn.max<number | null>('n').as('n'))
    .where('call_key', '=', intent.callKey)
    .executeTakeFirst();
  const n = (last?.n ?? -1) + 1;
  await trx
    .insertInto('calls')
    .values({
      ...ownerColumns(intent),
      call_key: intent.callKey,
      n,
      state: 'open',
      account: intent.account,
      model: intent.model,
      activity_id: intent.activityId,
      process_id: intent.processId,
      started_at: intent.startedAt,
      deadline_at: intent.deadlineAt,
      max_price_usd: intent.maxPriceUsd,
    })
    .execute();
  return n;
}

/** A call settles once; whoever settles it again changes nothing. */
async function settleCall(
  trx: OpenTransaction,
  callKey: string,
  n: number,
  end: Parameters<CallStore['settle']>[2],
): Promise<void> {
  const name = `call ${callKey} ${n}`;
  const call = await trx
    .selectFrom('calls')
    .leftJoin('call_responses as response', (join) =>
      join.onRef('response.call_key', '=', 'calls.call_key').onRef('response.n', '=', 'calls.n'),
    )
    .selectAll('calls')
    .select('response.status as answered')
    .where('calls.call_key', '=', callKey)
    .where('calls.n', '=', n)
    .executeTakeFirst();
  if (call === undefined) throw missingRecord(name);
  if (call.state !== 'open') return;
  if (end.state === 'usable' && call.answered === null) throw missingRecord(`response to ${name}`);

  const isDuplicate = end.state === 'usable' && (await winnerOf(trx, callKey)) !== undefined;
  await countEnd(trx, call, { ...end, isDuplicate });
  await trx
    .updateTable('calls')
    .set({
      state: end.state,
      settled_at: end.settledAt,
      price_usd: end.priceUsd,
      usage_json: toJsonColumn(end.usage),
      failure_class: end.failureClass,
      action: end.action,
      retry_after_ms: end.retryAfterMs,
      http_status: end.httpStatus,
      is_duplicate: isDuplicate ? 1 : 0,
    })
    .where('call_key', '=', callKey)
    .where('n', '=', n)
    .execute();
}

/** Moves the running totals, and ends what the item holds with the answer it was held for. */
async function countEnd(
  trx: OpenTransaction,
  call: CallColumns,
  end: Parameters<CallStore['settle']>[2] & { readonly isDuplicate: boolean },
): Promise<void> {
  const before = contributionOf(call);
  const after = contributionOf({
    ...call,
    state: end.state,
    price_usd: end.priceUsd,
    is_duplicate: end.isDuplicate ? 1 : 0,
  });
  await countSettlement(trx, call, before, after);
  const item = { runId: call.run_id, itemId: call.item_id, sample: call.sample };
  const grown = after.settledNano + after.openNano - before.settledNano - before.openNano;
  await drawOnHold(trx, item, call.account, grown);
  if (end.state === 'usable' && call.step === 'answer') await releaseHolds(trx, item, true);
}

async function readLedger(trx: OpenTransaction, runId: string) {
  const total = (await readTotals(trx, runId))[0]?.own;
  const open = await trx
    .selectFrom('calls')
    .selectAll()
    .where('run_id', '=', runId)
    .where('state', '=', sql.lit('open')) // as the index calls_open says it
    .orderBy('call_id')
    .execute();
  return {
    calls: total?.calls ?? 0,
    settledUsd: fromNanoUsd(total?.settled_nano ?? 0),
    openUsd: fromNanoUsd(total?.open_nano ?? 0),
    duplicateUsd: fromNanoUsd(total?.duplicate_nano ?? 0),
    openIntents: open.map(toCallRecord),
  };
}
