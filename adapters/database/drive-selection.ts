import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { stoppingClasses } from '../../domain/outcome.ts';
import type { DriveSelection } from '../../domain/stores/run-store.ts';
import { inChunks } from './in-chunks.ts';
import { moveCounted, pendingStanding } from './run-counters.ts';
import type { OpenTransaction, Tables } from './schema.ts';

type Items = ExpressionBuilder<Tables, 'items'>;

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
  if (selection.kind === 'unfinished') return takeUp(trx, runId, drive, neverEndedOrStopped);

  const narrowed = (items: Items) => retried(items, selection);
  if (selection.items === null) return takeUp(trx, runId, drive, narrowed);

  let selected = 0;
  for (const listed of inChunks([...new Set(selection.items)], 5_000)) {
    selected += await takeUp(trx, runId, drive, (items) =>
      items.and([narrowed(items), items('item_id', 'in', listed)]),
    );
  }
  return selected;
}

async function takeUp(
  trx: OpenTransaction,
  runId: string,
  drive: number,
  isSelected: (items: Items) => Expression<SqlBool>,
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

function neverEndedOrStopped(items: Items): Expression<SqlBool> {
  return items.or([
    items('outcome', 'is', null),
    items('outcome', '=', 'skipped'),
    items.and([items('outcome', '=', 'failed'), items('failure_class', 'in', stoppingClasses)]),
  ]);
}

/** A class or a step leaves out what never ended: it has neither. */
function retried(
  items: Items,
  selection: Extract<DriveSelection, { kind: 'retry' }>,
): Expression<SqlBool> {
  return items.and([
    items.or([items('outcome', 'is', null), items('outcome', '<>', 'answered')]),
    ...(selection.class === null ? [] : [items('failure_class', '=', selection.class)]),
    ...(selection.step === null ? [] : [items('failure_step', '=', selection.step)]),
  ]);
}
