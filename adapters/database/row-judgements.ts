import { sql } from 'kysely';
import type { Judgement } from '../../domain/judging/judgement.ts';
import { judgementScores } from '../../domain/judging/judgement.ts';
import type { Row } from '../../domain/row.ts';
import type { RunStore } from '../../domain/stores/run-store.ts';
import type { JudgementColumns } from './judgement-tables.ts';
import type { Connection } from './schema.ts';

/** Whether anything of a run was judged. */
export async function hasJudgements(db: Connection, runId: string): Promise<boolean> {
  const found = await db
    .selectFrom('judgements')
    .select('judgement_id')
    .where('run_id', '=', runId)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Rows with what judges said of their answers. A judgement of a pair stands with its first item
 * alone, so that it counts once; one of an earlier answer with none.
 */
export async function withJudgements(
  db: Connection,
  runId: string,
  rows: readonly Row[],
): Promise<Row[]> {
  if (rows.length === 0) return [];
  const found = await db
    .selectFrom('judgements')
    .selectAll()
    .where('run_id', '=', runId)
    .where('kind', '=', 'item')
    .where('item_id', 'in', [...new Set(rows.map((row) => row.item_id))])
    .where('state', '<>', 'pending')
    .orderBy('judge')
    .orderBy('dimension')
    .execute();
  return rows.map((row) => {
    const judgements = found.filter((each) => isOf(each, row)).map(toJudgement);
    if (judgements.length === 0) return row;
    return { ...row, judgements, scores: { ...row.scores, ...judgementScores(judgements) } };
  });
}

function isOf({ item_id, sample, drive }: JudgementColumns, row: Row): boolean {
  return item_id === row.item_id && sample === row.sample && drive >= row.drive;
}

function toJudgement(found: JudgementColumns): Judgement {
  const { judge, contract, dimension, item_id, partner_id, verdict, score } = found;
  return {
    judge,
    contract,
    dimension: dimension === '' ? null : dimension,
    item_ids: partner_id === null ? [item_id] : [item_id, partner_id],
    verdict,
    score,
    state: found.state as Judgement['state'],
    failure_class: found.failure_class,
    artifact: found.artifact,
    response_model: found.response_model,
  };
}

/** What the judgements of a run come to, by judge and dimension. */
export function createJudgementTotals(db: Connection): Pick<RunStore, 'judgementTotals'> {
  const count = (condition: string) =>
    sql<number>`sum(case when ${sql.raw(condition)} then 1 else 0 end)`;
  return {
    async judgementTotals(runId) {
      const groups = await db
        .selectFrom('judgements')
        .select(['judge', 'contract', 'dimension', 'kind'])
        .select([
          count("state = 'judged'").as('judged'),
          count("state = 'unparsed'").as('unparsed'),
          count("state = 'failed'").as('failed'),
          count("state = 'pending'").as('pending'),
          count("state = 'judged' and verdict = 'yes'").as('yes'),
          sql<number>`sum(case when state = 'judged' then score else 0 end)`.as('scoreSum'),
          sql<number>`sum(calls)`.as('calls'),
          sql<number>`sum(cached_calls)`.as('cached_calls'),
          sql<number>`sum(prompt_tokens)`.as('prompt_tokens'),
          sql<number>`sum(completion_tokens)`.as('completion_tokens'),
          moneySum('paid_usd').as('paid_usd'),
          moneySum('list_usd').as('list_usd'),
        ])
        .where('run_id', '=', runId)
        .groupBy(['judge', 'contract', 'dimension', 'kind'])
        .orderBy('judge')
        .orderBy('contract')
        .orderBy('dimension')
        .execute();
      return groups.map((group) => {
        const { judge, contract, dimension, kind, yes, scoreSum } = group;
        const { judged, unparsed, failed, pending } = group;
        const { calls, cached_calls, prompt_tokens, completion_tokens, paid_usd, list_usd } = group;
        const tokens = { prompt_tokens, completion_tokens, images: 0 };
        return {
          judge,
          contract,
          dimension: dimension === '' ? null : dimension,
          kind,
          judged,
          unparsed,
          failed,
          pending,
          yes,
          scoreSum,
          usage: { calls, cached_calls, ...tokens, paid_usd, list_usd },
        };
      });
    },
  };
}

/** Null as soon as one part is. */
function moneySum(column: 'paid_usd' | 'list_usd') {
  const amount = sql.ref(column);
  return sql<
    number | null
  >`case when sum(case when ${amount} is null then 1 else 0 end) > 0 then null else sum(${amount}) end`;
}
