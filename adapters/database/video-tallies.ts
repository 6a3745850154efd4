import { sql } from 'kysely';
import { noTally, type RowTally, type VideoTally } from '../../domain/row-tally.ts';
import { inChunks } from './in-chunks.ts';
import type { Connection, OpenTransaction } from './schema.ts';

/** The columns of what rows add up to. */
const columns = {
  scored: 'scored',
  correct: 'correct',
  spanned: 'spanned',
  hits: 'hits',
  unseen: 'unseen',
  calls: 'calls',
  cachedCalls: 'cached_calls',
  promptTokens: 'prompt_tokens',
  completionTokens: 'completion_tokens',
  images: 'images',
  paidUsd: 'paid_usd',
  paidUnknown: 'paid_unknown',
  listUsd: 'list_usd',
  listUnknown: 'list_unknown',
} as const satisfies Record<keyof RowTally, string>;

const entries = Object.entries(columns) as [keyof RowTally, (typeof columns)[keyof RowTally]][];

/** Begins the tallies of a new run. */
export async function insertTallies(
  trx: OpenTransaction,
  runId: string,
  goldOfVideo: ReadonlyMap<string, number>,
): Promise<void> {
  const rows = [...goldOfVideo].map(([videoId, gold]) => ({
    run_id: runId,
    video_id: videoId,
    gold,
  }));
  for (const chunk of inChunks(rows, 500)) {
    await trx
      .insertInto('video_tallies')
      .values(chunk)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Adds to the tally of a video, in the transaction that writes its rows. A run without tallies stays so. */
export async function addToTally(
  trx: OpenTransaction,
  runId: string,
  videoId: string,
  change: RowTally,
): Promise<void> {
  const added = entries.flatMap(([key, column]) =>
    change[key] === 0 ? [] : [[column, sql<number>`${sql.ref(column)} + ${change[key]}`] as const],
  );
  if (added.length === 0) return;
  await trx
    .updateTable('video_tallies')
    .set(Object.fromEntries(added))
    .where('run_id', '=', runId)
    .where('video_id', '=', videoId)
    .execute();
}

/** Per video of a run what its rows add up to; empty for a run of an earlier version. */
export async function readTallies(db: Connection, runId: string): Promise<VideoTally[]> {
  const rows = await db
    .selectFrom('video_tallies')
    .selectAll()
    .where('run_id', '=', runId)
    .execute();
  return rows.map((row) => {
    const sums = { ...noTally };
    for (const [key, column] of entries) sums[key] = row[column];
    return { videoId: row.video_id, gold: row.gold, ...sums };
  });
}
