import { sql } from 'kysely';
import type { DueJudgement } from '../../domain/judging/due-judgements.ts';
import { redrawnClasses } from '../../domain/calls/redraw.ts';
import type { JudgementRecord, JudgementStore } from '../../domain/stores/judgement-store.ts';
import { inChunks } from './in-chunks.ts';
import type { JudgementColumns } from './judgement-tables.ts';
import { createJudgings } from './judgings.ts';
import type { Connection, OpenTransaction } from './schema.ts';

/** The store of judgements, and of the judgings in which they are made. */
export function createJudgementStore(db: Connection): JudgementStore {
  return {
    ...createJudgings(db),

    async takeUp(runId, judging, due, redraws) {
      for (const chunk of inChunks(due, 500))
        await db.transaction().execute((trx) => takeUp(trx, { runId, judging, redraws }, chunk));
    },

    async waiting(runId, judging) {
      const { judgements } = await pendingOf(db, runId, judging)
        .select(({ fn }) => fn.countAll<number>().as('judgements'))
        .where('attempts', '=', 0)
        .executeTakeFirstOrThrow();
      return judgements;
    },

    async pending(runId, judging, after, limit) {
      const found = await pendingOf(db, runId, judging)
        .selectAll()
        .where('judgement_id', '>', after)
        .orderBy('judgement_id')
        .limit(limit)
        .execute();
      return found.map(toRecord);
    },

    async begin(id, judging) {
      const begun = await db
        .updateTable('judgements')
        .set((judgement) => ({ attempts: judgement('attempts', '+', 1) }))
        .where('judgement_id', '=', id)
        .where('judging', '=', judging)
        .where('state', '=', 'pending')
        .returningAll()
        .executeTakeFirst();
      return begun === undefined ? null : toRecord(begun);
    },

    async noteFailedTry(id) {
      await db
        .updateTable('judgements')
        .set((judgement) => ({ failed_tries: judgement('failed_tries', '+', 1) }))
        .where('judgement_id', '=', id)
        .execute();
    },

    finish: (id, judging, end) => finish(db, id, judging, end),

    calibrations: (runId) => calibrations(db, runId),
  };
}

async function finish(
  db: Connection,
  id: number,
  judging: number,
  { usage, ...end }: Parameters<JudgementStore['finish']>[2],
): Promise<void> {
  await db
    .updateTable('judgements')
    .set({ state: end.state, verdict: end.verdict, score: end.score, artifact: end.artifact })
    .set({ response_model: end.responseModel, failure_class: end.failureClass })
    .set({ calls: usage.calls, cached_calls: usage.cached_calls })
    .set({ prompt_tokens: usage.prompt_tokens, completion_tokens: usage.completion_tokens })
    .set({ paid_usd: usage.paid_usd, list_usd: usage.list_usd })
    .where('judgement_id', '=', id)
    .where('judging', '=', judging)
    .where('state', '=', 'pending')
    .execute();
}

async function calibrations(db: Connection, runId: string): Promise<JudgementRecord[]> {
  const found = await db
    .selectFrom('judgements')
    .selectAll()
    .where('run_id', '=', runId)
    .where('kind', '=', 'calibration')
    .orderBy('judgement_id')
    .execute();
  return found.map(toRecord);
}

function pendingOf(db: Connection, runId: string, judging: number) {
  return db
    .selectFrom('judgements')
    .where('run_id', '=', runId)
    .where('judging', '=', judging)
    .where('state', '=', sql.lit('pending')); // as the index judgements_pending says it
}

const keyColumns = ['run_id', 'kind', 'item_id', 'sample', 'judge', 'dimension'] as const;
const unended = {
  state: 'pending',
  verdict: null,
  score: null,
  artifact: null,
  response_model: null,
  failure_class: null,
  attempts: 0,
  failed_tries: 0,
} as const;

async function takeUp(
  trx: OpenTransaction,
  about: { readonly runId: string; readonly judging: number; readonly redraws: boolean },
  due: readonly DueJudgement[],
): Promise<void> {
  const { runId, judging, redraws } = about;
  const isNewer = sql<boolean>`excluded.drive > judgements.drive`;
  const redrawn = sql`state = 'unparsed' or failure_class in (${sql.join(redrawnClasses)})`;
  const isLeft = redraws
    ? sql`state in ('pending', 'failed', 'unparsed')`
    : sql`state in ('pending', 'failed')`;
  await trx
    .insertInto('judgements')
    .values(due.map((each) => ({ ...columnsOf(each), ...unended, run_id: runId, judging })))
    .onConflict((conflict) =>
      conflict
        .columns(keyColumns)
        .doUpdateSet({
          ...unended,
          judging,
          drive: sql`excluded.drive`,
          partner_id: sql`excluded.partner_id`,
          redraw: sql`case when ${isNewer} then 0 when ${redrawn} then redraw + 1 else redraw end`,
        })
        .where(sql<boolean>`${isNewer} or (judgements.judging < ${judging} and ${isLeft})`),
    )
    .execute();
}

function columnsOf(due: DueJudgement) {
  const { judge, contract, dimension, kind, itemId, sample, partnerId, drive } = due;
  const key = { judge, contract, dimension: dimension ?? ('' as const), kind, item_id: itemId };
  return { ...key, sample, partner_id: partnerId, drive };
}

function toRecord(judgement: JudgementColumns): JudgementRecord {
  return {
    id: judgement.judgement_id,
    runId: judgement.run_id,
    judge: judgement.judge,
    contract: judgement.contract,
    dimension: judgement.dimension === '' ? null : judgement.dimension,
    kind: judgement.kind,
    itemId: judgement.item_id,
    sample: judgement.sample,
    partnerId: judgement.partner_id,
    drive: judgement.drive,
    judging: judgement.judging,
    state: judgement.state,
    verdict: judgement.verdict,
    score: judgement.score,
    artifact: judgement.artifact,
    responseModel: judgement.response_model,
    failureClass: judgement.failure_class,
    redraw: judgement.redraw,
    failedTries: judgement.failed_tries,
  };
}
