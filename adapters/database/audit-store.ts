import { sql } from 'kysely';
import type { AuditStore, EndedItem } from '../../domain/stores/audit-store.ts';
import type { Outcome } from '../../domain/outcome.ts';
import { blobMentions } from './blob-mentions.ts';
import { moveCounted } from './run-counters.ts';
import type { Connection, OpenTransaction } from './schema.ts';
import { accountsAstray, spendOfCalls } from './spend-of-calls.ts';

const itemsPerPage = 200;

/** The audit store: everything that was recorded, looked over. */
export function createAuditStore(db: Connection): AuditStore {
  return {
    async damage() {
      const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
      return rows.map((row) => row.integrity_check).filter((finding) => finding !== 'ok');
    },

    blobMentions: () => blobMentions(db),

    async *endedItems(runId) {
      let after = -1;
      for (;;) {
        const page = await endedAfter(db, runId, after);
        for (const { position: _, outcome, endedAt, ...item } of page) {
          yield { ...item, outcome: outcome as Outcome, endedAt: endedAt ?? 0 } satisfies EndedItem;
        }
        const last = page.at(-1);
        if (last === undefined) return;
        after = last.position;
      }
    },

    answersLost: (runId) => answersLost(db, runId),

    spendOfCalls: (runId) => spendOfCalls(db, runId),

    accountsAstray: () => accountsAstray(db),

    async standings(runId) {
      const groups = await countItems(db, runId);
      return groups.map(({ failure_class, degraded, ...group }) => ({
        ...group,
        failureClass: failure_class,
        degraded: degraded === 1,
      }));
    },

    recount: (runId) => db.transaction().execute((trx) => recount(trx, runId)),

    async replaceRow(row) {
      const row_json = JSON.stringify(row);
      await db
        .insertInto('result_rows')
        .values({ run_id: row.run_id, item_id: row.item_id, sample: row.sample, row_json })
        .onConflict((conflict) =>
          conflict.columns(['run_id', 'item_id', 'sample']).doUpdateSet({ row_json }),
        )
        .execute();
    },
  };
}

function countItems(db: Connection, runId: string) {
  return db
    .selectFrom('items')
    .select(({ fn }) => ['outcome', 'failure_class', 'degraded', fn.countAll<number>().as('items')])
    .where('run_id', '=', runId)
    .groupBy(['outcome', 'failure_class', 'degraded'])
    .execute();
}

function answersLost(db: Connection, runId: string) {
  return db
    .selectFrom('calls')
    .leftJoin('call_responses as response', (join) =>
      join.onRef('response.call_key', '=', 'calls.call_key').onRef('response.n', '=', 'calls.n'),
    )
    .select(['calls.call_key as callKey', 'calls.n as n', 'calls.item_id as itemId'])
    .where('calls.run_id', '=', runId)
    .where('calls.state', '=', 'usable')
    .where('response.status', 'is', null)
    .orderBy('calls.call_id')
    .execute();
}

async function recount(trx: OpenTransaction, runId: string): Promise<void> {
  await trx.deleteFrom('run_counters').where('run_id', '=', runId).execute();
  await trx.deleteFrom('video_tallies').where('run_id', '=', runId).execute();
  const groups = await countItems(trx, runId);
  const counted = groups.map(({ failure_class, ...group }) => ({
    ...group,
    failureClass: failure_class,
  }));
  await moveCounted(trx, runId, counted);
}

function endedAfter(db: Connection, runId: string, position: number) {
  return db
    .selectFrom('items')
    .leftJoin('result_rows', (join) =>
      join
        .onRef('result_rows.run_id', '=', 'items.run_id')
        .onRef('result_rows.item_id', '=', 'items.item_id')
        .onRef('result_rows.sample', '=', 'items.sample'),
    )
    .select(['items.item_id as itemId', 'items.sample', 'items.drive', 'items.outcome'])
    .select(['items.failure_class as failureClass', 'items.failure_step as failureStep'])
    .select(['items.ended_at as endedAt', 'items.position', 'result_rows.row_json as row'])
    .where('items.run_id', '=', runId)
    .where('items.outcome', 'is not', null)
    .where('items.position', '>', position)
    .orderBy('items.position')
    .limit(itemsPerPage)
    .execute();
}
