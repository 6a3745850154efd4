import { setImmediate as nextTurn } from 'node:timers/promises';
import { crashPoint } from '../../domain/crash-points.ts';
import type { PreviousAttempt, Row } from '../../domain/row.ts';
import { lessTally, noTally, tallyOf } from '../../domain/row-tally.ts';
import type { RunStore } from '../../domain/stores/run-store.ts';
import { missingRecord } from './database-error.ts';
import { inChunks } from './in-chunks.ts';
import { releaseHolds } from './item-holds.ts';
import { fromJsonColumn } from './json-column.ts';
import { hasJudgements, withJudgements } from './row-judgements.ts';
import { type Counted, moveCounted, type Standing } from './run-counters.ts';
import type { Connection, OpenTransaction } from './schema.ts';
import { addToTally } from './video-tallies.ts';

type ResultRows = Pick<RunStore, 'recordRows' | 'row' | 'rows'>;

const rowsPerPage = 200;

/** Result rows: recording them with their outcomes, and reading them back. */
export function createResultRows(db: Connection): ResultRows {
  return {
    recordRows: (runId, drive, rows) =>
      db.transaction().execute(async (trx) => {
        for (const chunk of inChunks(rows, 1_000)) await recordChunk(trx, runId, drive, chunk);
      }),

    async row(runId, itemId, sample) {
      const found = await db
        .selectFrom('result_rows')
        .select('row_json')
        .where('run_id', '=', runId)
        .where('item_id', '=', itemId)
        .where('sample', '=', sample)
        .executeTakeFirst();
      if (found === undefined) return null;
      const [row] = await withJudgements(db, runId, [toRow(found.row_json, runId, itemId)]);
      return row ?? null;
    },

    async *rows(runId) {
      let after = { ordinal: -1, sample: -1 };
      const isJudged = await hasJudgements(db, runId);
      for (;;) {
        const page = await pageAfter(db, runId, after);
        const rows = page.map((entry) => toRow(entry.row_json, runId, entry.item_id));
        yield* isJudged ? await withJudgements(db, runId, rows) : rows;
        const last = page.at(-1);
        if (last === undefined) return;
        after = last;
        // Pages follow one another without a pause otherwise; heartbeats must get a word in.
        await nextTurn();
      }
    },
  };
}

function toRow(text: string, runId: string, itemId: string): Row {
  return fromJsonColumn(text, `the row of item ${itemId} of run ${runId}`) as Row;
}

async function recordChunk(
  trx: OpenTransaction,
  runId: string,
  drive: number,
  rows: readonly Row[],
): Promise<void> {
  const places = await placesOf(trx, runId, rows);
  const moved: Counted[] = [];
  for (const row of rows) {
    const key = placeKey(row.item_id, row.sample);
    const place = places.get(key);
    if (place === undefined) throw missingRecord(`item ${row.item_id} of run ${runId}`);
    const isLate = drive < place.drive || (drive === place.drive && place.outcome !== null);
    if (isLate) continue;

    const previous = place.row_json === null ? null : toRow(place.row_json, runId, row.item_id);
    const row_json = JSON.stringify({ ...row, previous_attempts: attemptsUpTo(previous) });
    await writeRow(trx, runId, drive, row, row_json);
    const item = { runId, itemId: row.item_id, sample: row.sample };
    await releaseHolds(trx, item, row.outcome !== 'skipped' && row.outcome !== 'cancelled');
    crashPoint('rows-half-written');
    const before = previous === null ? noTally : tallyOf(previous);
    await addToTally(trx, runId, place.video_id, lessTally(tallyOf(row), before));
    const standing = standingOf(row);
    moved.push({ ...place, items: -1 }, { ...standing, items: 1 });
    places.set(key, { ...place, ...standing, drive, row_json });
  }
  await moveCounted(trx, runId, moved);
}

function standingOf({ outcome, failure, degraded }: Row): Standing {
  return { outcome, failureClass: failure?.class ?? null, degraded: degraded ? 1 : 0 };
}

/** What the recording must know of each item before it writes. */
async function placesOf(trx: OpenTransaction, runId: string, rows: readonly Row[]) {
  const itemIds = [...new Set(rows.map((row) => row.item_id))];
  const places = await trx
    .selectFrom('items')
    .leftJoin('result_rows', (join) =>
      join
        .onRef('result_rows.run_id', '=', 'items.run_id')
        .onRef('result_rows.item_id', '=', 'items.item_id')
        .onRef('result_rows.sample', '=', 'items.sample'),
    )
    .select(['items.item_id', 'items.sample', 'items.drive', 'items.outcome', 'row_json'])
    .select(['items.video_id', 'items.degraded', 'items.failure_class as failureClass'])
    .where('items.run_id', '=', runId)
    .where('items.item_id', 'in', itemIds)
    .execute();
  return new Map(places.map((place) => [placeKey(place.item_id, place.sample), place]));
}

const placeKey = (itemId: string, sample: number): string => `${sample} ${itemId}`;

/** A skipped item was not tried: it leaves no attempt behind. */
function attemptsUpTo(previous: Row | null): PreviousAttempt[] {
  if (previous === null) return [];
  if (previous.outcome === 'skipped') return [...previous.previous_attempts];
  const { drive, outcome, answer, failure, usage, finished_at } = previous;
  return [...previous.previous_attempts, { drive, outcome, answer, failure, usage, finished_at }];
}

async function writeRow(
  trx: OpenTransaction,
  runId: string,
  drive: number,
  row: Row,
  row_json: string,
): Promise<void> {
  await trx
    .insertInto('result_rows')
    .values({ run_id: runId, item_id: row.item_id, sample: row.sample, row_json })
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'item_id', 'sample']).doUpdateSet({ row_json }),
    )
    .execute();
  const { outcome, failureClass, degraded } = standingOf(row);
  await trx
    .updateTable('items')
    .set({ drive, outcome, degraded, failure_class: failureClass, ended_at: Date.now() })
    .set({ failure_step: row.failure?.step ?? null })
    .where('run_id', '=', runId)
    .where('item_id', '=', row.item_id)
    .where('sample', '=', row.sample)
    .execute();
}

function pageAfter(
  db: Connection,
  runId: string,
  after: { readonly ordinal: number; readonly sample: number },
) {
  return db
    .selectFrom('items')
    .innerJoin('result_rows', (join) =>
      join
        .onRef('result_rows.run_id', '=', 'items.run_id')
        .onRef('result_rows.item_id', '=', 'items.item_id')
        .onRef('result_rows.sample', '=', 'items.sample'),
    )
    .select(['items.ordinal', 'items.sample', 'items.item_id', 'row_json'])
    .where('items.run_id', '=', runId)
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple('items.ordinal', 'items.sample'), '>', tuple(after.ordinal, after.sample)),
    )
    .orderBy('items.ordinal')
    .orderBy('items.sample')
    .limit(rowsPerPage)
    .execute();
}
