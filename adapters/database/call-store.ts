import { sql } from 'kysely';
import type { BlobStore } from '../../domain/stores/blob-store.ts';
import type { CallStore } from '../../domain/stores/call-store.ts';
import { ownerColumns, toCallRecord } from './call-record.ts';
import { insertResponse, readResponse } from './call-responses.ts';
import { missingRecord } from './database-error.ts';
import { toJsonColumn } from './json-column.ts';
import type { Connection, OpenTransaction } from './schema.ts';

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

    async ofStep(owner) {
      const calls = await db
        .selectFrom('calls')
        .selectAll()
        .where((call) => call.and(ownerColumns(owner)))
        .orderBy('call_id')
        .execute();
      return calls.map(toCallRecord);
    },

    ledger: (runId) =>
      db
        .transaction()
        .setAccessMode('read only')
        .execute((trx) => readLedger(trx, runId)),
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
    .select(['calls.state', 'response.status as answered'])
    .where('calls.call_key', '=', callKey)
    .where('calls.n', '=', n)
    .executeTakeFirst();
  if (call === undefined) throw missingRecord(name);
  if (call.state !== 'open') return;
  if (end.state === 'usable' && call.answered === null) throw missingRecord(`response to ${name}`);

  const isDuplicate = end.state === 'usable' && (await winnerOf(trx, callKey)) !== undefined;
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

async function readLedger(trx: OpenTransaction, runId: string) {
  const totals = await trx
    .selectFrom('calls')
    .select(({ fn }) => fn.countAll<number>().as('calls'))
    .select([
      sql<number>`coalesce(sum(case when state <> 'open' then price_usd end), 0)`.as('settledUsd'),
      sql<number>`coalesce(sum(case when state = 'open' then max_price_usd end), 0)`.as('openUsd'),
      sql<number>`coalesce(sum(case when is_duplicate = 1 then price_usd end), 0)`.as(
        'duplicateUsd',
      ),
    ])
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  const open = await trx
    .selectFrom('calls')
    .selectAll()
    .where('run_id', '=', runId)
    .where('state', '=', 'open')
    .orderBy('call_id')
    .execute();
  return { ...totals, openIntents: open.map(toCallRecord) };
}
