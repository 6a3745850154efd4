import { type Expression, type ExpressionBuilder, sql, type SqlBool } from 'kysely';
import { type FailureClass, stoppingClasses } from '../../domain/outcome.ts';
import type { RetryGroup } from '../../domain/money/retry-estimate.ts';
import type { RetryFilter } from '../../domain/retry-filter.ts';
import type { DriveSelection } from '../../domain/stores/run-store.ts';
import { inChunks } from './in-chunks.ts';
import { fromJsonColumn } from './json-column.ts';
import { moveCounted, pendingStanding } from './run-counters.ts';
import type { Connection, OpenTransaction, Tables } from './schema.ts';

type Items = ExpressionBuilder<Tables, 'items'>;
type IsSelected = (items: Items) => Expression<SqlBool>;

/**
 * Marks the selected items as unfinished items of `drive`. Their rows stay, and become previous
 * attempts when new ones are recorded.
 *
 * @returns how many items were selected
 */
export async function takeUpItems(
  trx: OpenTransaction,
  runId: string,
  drive: number,
  selection: DriveSelection,
): Promise<number> {
  if (selection.kind === 'unfinished') {
    const classes = [...stoppingClasses, ...(await classThatStopped(trx, runId))];
    return takeUp(trx, runId, drive, (items) => neverEndedOrStopped(items, classes));
  }

  let selected = 0;
  for (const isSelected of retried(selection.filter))
    selected += await takeUp(trx, runId, drive, isSelected);
  return selected;
}

async function takeUp(
  trx: OpenTransaction,
  runId: string,
  drive: number,
  isSelected: IsSelected,
): Promise<number> {
  const standings = await trx
    .selectFrom('items')
    .select(({ fn }) => ['outcome', 'degraded', fn.countAll<number>().as('items')])
    .select('failure_class as failureClass')
    .where('run_id', '=', runId)
    .where(isSelected)
    .groupBy(['outcome', 'failure_class', 'degraded'])
    .execute();
  const { numUpdatedRows } = await trx
    .updateTable('items')
    .set({ drive, outcome: null, failure_class: null, failure_step: null })
    .set({ degraded: 0, ended_at: null })
    .where('run_id', '=', runId)
    .where(isSelected)
    .executeTakeFirst();
  const selected = Number(numUpdatedRows);
  await moveCounted(trx, runId, [
    ...standings.map((standing) => ({ ...standing, items: -standing.items })),
    { ...pendingStanding, items: selected },
  ]);
  return selected;
}

/** What stopped the run may be of a class that otherwise ends items alone. */
async function classThatStopped(trx: OpenTransaction, runId: string): Promise<FailureClass[]> {
  const run = await trx
    .selectFrom('runs')
    .select('stop_detail_json')
    .where('run_id', '=', runId)
    .where('state', '=', 'stopped')
    .executeTakeFirst();
  const text = run?.stop_detail_json ?? null;
  if (text === null) return [];
  return [(fromJsonColumn(text, `the stop of run ${runId}`) as { class: FailureClass }).class];
}

function neverEndedOrStopped(items: Items, classes: readonly FailureClass[]): Expression<SqlBool> {
  return items.or([
    items('outcome', 'is', null),
    items('outcome', '=', 'skipped'),
    items.and([items('outcome', '=', 'failed'), items('failure_class', 'in', classes)]),
  ]);
}

/** What a retry would take up, by how the items stand. */
export async function previewItems(
  db: Connection,
  runId: string,
  filter: RetryFilter,
): Promise<RetryGroup[]> {
  const groups: RetryGroup[] = [];
  for (const isSelected of retried(filter)) {
    const found = await db
      .selectFrom('items')
      .select(({ fn }) => ['outcome', 'failure_step as step', fn.countAll<number>().as('items')])
      .where('run_id', '=', runId)
      .where(isSelected)
      .groupBy(['outcome', 'failure_step'])
      .orderBy('outcome')
      .orderBy('failure_step')
      .execute();
    groups.push(...found);
  }
  return groups;
}

/**
 * The conditions that select together what a filter means. Those of items that have not ended come
 * first, so that an item that was taken up just now is not met again.
 * Items that have not ended, and each part of a long list, are conditions of their own: each is
 * then one stretch of the index `items_counted`, and the answered majority of a run is not read.
 */
function retried({ items: listed, ...filter }: RetryFilter): IsSelected[] {
  const parts = listed === undefined ? [null] : [...inChunks([...new Set(listed)], 5_000)];
  return waysToStand(filter).flatMap((stands) =>
    parts.map(
      (part): IsSelected =>
        (items) =>
          items.and([
            stands(items),
            ...conditions(items, filter),
            ...(part === null ? [] : [items('item_id', 'in', part)]),
          ]),
    ),
  );
}

const endedUnanswered = ['unparsed', 'failed', 'skipped', 'cancelled'] as const;

/** How an item stands that is taken up; a class or a step leaves out what has neither. */
function waysToStand({ outcome, classes, step }: RetryFilter): IsSelected[] {
  if (outcome === 'pending') return [(items) => items('outcome', 'is', null)];
  if (outcome !== undefined) return [(items) => items('outcome', '=', outcome)];
  if (classes !== undefined || step !== undefined)
    return [(items) => items('outcome', '=', 'failed')];
  return [
    (items) => items('outcome', 'is', null),
    (items) => items('outcome', 'in', endedUnanswered),
  ];
}

function conditions(items: Items, filter: RetryFilter): Expression<SqlBool>[] {
  const { classes, step, videoId, sample, degraded } = filter;
  return [
    ...(classes === undefined ? [] : [items('failure_class', 'in', classes)]),
    ...(step === undefined ? [] : [items('failure_step', '=', step)]),
    ...(videoId === undefined ? [] : [isAbout(items, videoId)]),
    ...(sample === undefined ? [] : [items('sample', '=', sample)]),
    ...(degraded === undefined ? [] : [items('degraded', '=', degraded ? 1 : 0)]),
  ];
}

function isAbout(items: Items, videoId: string): Expression<SqlBool> {
  const name = JSON.stringify(videoId);
  return items.or([
    items('video_id', '=', videoId),
    sql<SqlBool>`instr(coalesce(other_videos_json, ''), ${name}) > 0`,
  ]);
}
