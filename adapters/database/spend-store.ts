import { sql } from 'kysely';
import { fromNanoUsd, toNanoUsd } from '../../domain/money/money.ts';
import { type CallStep, callSteps, type Step } from '../../domain/outcome.ts';
import type { Usage } from '../../domain/row.ts';
import type { SpendLine, SpendStore } from '../../domain/stores/spend-store.ts';
import { toCallRecord } from './call-record.ts';
import { fromJsonColumn } from './json-column.ts';
import type { Connection } from './schema.ts';

const stepsPerPage = 2000;

const nano = (column: 'price_usd' | 'max_price_usd') =>
  sql`cast(round(coalesce(${sql.ref(column)}, 0) * 1e9) as bigint)`;
const isOpen = sql`(state = 'open' or (price_usd is null and state <> 'unbilled' and max_price_usd is not null))`;

/** Sums over the calls of a run, made when somebody asks. */
export function createSpendStore(db: Connection): SpendStore {
  return {
    lines: (runId) => readLines(db, runId),

    async doubtful(runId) {
      const found = await db
        .selectFrom('calls')
        .selectAll()
        .where('run_id', '=', runId)
        .where(({ or, eb }) => or([eb('is_duplicate', '=', 1), sql<boolean>`${isOpen}`]))
        .orderBy('call_id')
        .execute();
      return found.map(toCallRecord);
    },

    async listUsd(runId) {
      const sums = new Map<CallStep, number | null>();
      for await (const { step, usage } of usagesOf(db, runId)) {
        const before = sums.has(step) ? sums.get(step)! : 0;
        const isKnown = before !== null && usage.list_usd !== null;
        sums.set(step, isKnown ? before + toNanoUsd(usage.list_usd) : null);
      }
      const judged = await listUsdOfJudgements(db, runId);
      if (judged !== undefined) sums.set('judge', judged);
      return new Map(
        [...sums].map(([step, sum]) => [step, sum === null ? null : fromNanoUsd(sum)]),
      );
    },
  };
}

async function readLines(db: Connection, runId: string): Promise<SpendLine[]> {
  const groups = await db
    .selectFrom('calls')
    .select(({ fn }) => ['account', 'model', 'step', fn.countAll<number>().as('calls')])
    .select([
      sql<number>`sum(case when state <> 'open' then ${nano('price_usd')} else 0 end)`.as('paid'),
      sql<number>`sum(case when state in ('rejected', 'unbilled') or (state = 'open' and settled_at is not null)
            then 1 else 0 end)`.as('failedCalls'),
      sql<number>`sum(case when state = 'rejected' then ${nano('price_usd')} else 0 end)`.as(
        'failed',
      ),
      sql<number>`sum(case when is_duplicate = 1 then ${nano('price_usd')} else 0 end)`.as(
        'duplicate',
      ),
      sql<number>`sum(case when ${isOpen} then 1 else 0 end)`.as('openCalls'),
      sql<number>`sum(case when ${isOpen} then ${nano('max_price_usd')} else 0 end)`.as('open'),
    ])
    .where('run_id', '=', runId)
    .groupBy(['account', 'model', 'step'])
    .execute();
  return groups
    .map(({ paid, failed, duplicate, open, ...line }) => ({
      ...line,
      paidUsd: fromNanoUsd(paid),
      failedUsd: fromNanoUsd(failed),
      duplicateUsd: fromNanoUsd(duplicate),
      openUsd: fromNanoUsd(open),
    }))
    .toSorted(
      (left, right) =>
        callSteps.indexOf(left.step) - callSteps.indexOf(right.step) ||
        left.model.localeCompare(right.model),
    );
}

/** In nano-dollars; null where a call has no price, undefined where nothing was judged. */
async function listUsdOfJudgements(
  db: Connection,
  runId: string,
): Promise<number | null | undefined> {
  const { judgements, unpriced, usd } = await db
    .selectFrom('judgements')
    .select(({ fn }) => fn.countAll<number>().as('judgements'))
    .select(sql<number | null>`sum(case when list_usd is null then 1 else 0 end)`.as('unpriced'))
    .select(sql<number | null>`sum(list_usd)`.as('usd'))
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  if (judgements === 0) return undefined;
  return unpriced === 0 ? toNanoUsd(usd ?? 0) : null;
}

/** What every step of a run used, in pages by the key of the table. */
async function* usagesOf(
  db: Connection,
  runId: string,
): AsyncGenerator<{ step: Step; usage: Usage }> {
  let after: { item_id: string; sample: number; drive: number; step: string; part: number } | null =
    null;
  for (;;) {
    const key = ['item_id', 'sample', 'drive', 'step', 'part'] as const;
    let query = db
      .selectFrom('step_records')
      .select([...key, 'usage_json'])
      .where('run_id', '=', runId);
    if (after !== null) {
      const { item_id, sample, drive, step, part }: NonNullable<typeof after> = after;
      query = query.where(
        sql<boolean>`(item_id, sample, drive, step, part) > (${item_id}, ${sample}, ${drive}, ${step}, ${part})`,
      );
    }
    const page = await query
      .orderBy('item_id')
      .orderBy('sample')
      .orderBy('drive')
      .orderBy('step')
      .orderBy('part')
      .limit(stepsPerPage)
      .execute();
    for (const { step, item_id, usage_json } of page) {
      if (usage_json === null) continue;
      yield { step, usage: fromJsonColumn(usage_json, `step ${step} of ${item_id}`) as Usage };
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
  }
}
