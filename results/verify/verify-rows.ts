import { z } from 'zod';
import type { AuditStore, EndedItem } from '../../domain/stores/audit-store.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import type { Damage } from './damage.ts';

export type RowSources = {
  readonly audit: Pick<AuditStore, 'endedItems' | 'answersLost'>;
};

/** A row that is not there, is not readable, or says something else than the item's record. */
export type DamagedRow = { readonly item: EndedItem; readonly damage: Damage };

const identitySchema = z.object({
  run_id: z.string(),
  item_id: z.string(),
  sample: z.int(),
  drive: z.int(),
  outcome: z.string(),
});

/** Rows of a run that do not agree with what is recorded of their items. */
export async function* damagedRows(
  { audit }: RowSources,
  { runId }: RunRecord,
): AsyncIterable<DamagedRow> {
  for await (const item of audit.endedItems(runId)) {
    const kind = judge(runId, item);
    if (kind === null) continue;
    const what = `item ${item.itemId}, sample ${item.sample}, of run ${runId}`;
    yield { item, damage: { kind, what, mend: `videoqa verify ${runId} --repair` } };
  }
}

/** Paid answers of a run that are not there any more. */
export async function* lostAnswers(
  { audit }: RowSources,
  { runId }: RunRecord,
): AsyncIterable<Damage> {
  for (const { callKey, n, itemId } of await audit.answersLost(runId)) {
    yield {
      kind: 'answer_missing',
      what: `the answer to paid call ${callKey.slice(0, 12)} ${n} (item ${itemId} of run ${runId})`,
      mend: 'restore the state folder from a copy; without it the call is paid again',
    };
  }
}

function judge(runId: string, item: EndedItem): Damage['kind'] | null {
  if (item.row === null) return 'row_missing';
  const row = readIdentity(item.row);
  if (row === null) return 'row_damaged';
  const isItsOwn =
    row.run_id === runId && row.item_id === item.itemId && row.sample === item.sample;
  const agrees = row.outcome === item.outcome && row.drive === item.drive;
  return isItsOwn && agrees ? null : 'row_differs';
}

function readIdentity(text: string): z.infer<typeof identitySchema> | null {
  try {
    return identitySchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
