import { buildRow } from '../../domain/build-row.ts';
import { thawItems } from '../../domain/frozen-items.ts';
import type { Item } from '../../domain/item.ts';
import type { Row } from '../../domain/row.ts';
import type { EndedItem } from '../../domain/stores/audit-store.ts';
import type { BlobStore } from '../../domain/stores/blob-store.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import type { StepStore } from '../../domain/stores/step-store.ts';
import { itemWorkflowId } from '../../domain/workflow-contract.ts';
import { workflowKey } from '../../domain/workflow-key.ts';

export type RebuildSources = {
  readonly steps: Pick<StepStore, 'ofItem'>;
  readonly blobs: Pick<BlobStore, 'get'>;
};

/**
 * Joins lost rows of a run again from the frozen dataset and the step records. The wording of a
 * failure and earlier attempts stood in the row alone and are gone.
 */
export async function openRowRebuilder(
  { steps, blobs }: RebuildSources,
  { runId, spec }: RunRecord,
) {
  // Their rows were never made of steps.
  if (spec.imported !== undefined) return async () => null;
  const frozen = thawItems(await blobs.get(spec.dataset.hash));
  const items = new Map<string, Item>(frozen.map((item) => [item.itemId, item]));
  return async function rebuildRow(ended: EndedItem): Promise<Row | null> {
    const { itemId, sample, drive, outcome, failureClass, failureStep } = ended;
    const item = items.get(itemId);
    if (item === undefined) return null;
    const failure =
      failureClass === null
        ? null
        : { class: failureClass, step: failureStep, message: lostMessage, attempts: 1 };
    return buildRow({
      spec,
      item,
      end: { itemId, sample, outcome, failure, workflowRunId: null },
      drive,
      workflowId: itemWorkflowId(runId, workflowKey(itemId, sample)),
      steps: await steps.ofItem(runId, itemId, sample),
      finishedAt: new Date(ended.endedAt).toISOString(),
    });
  };
}

const lostMessage = 'The wording was lost with the row; rebuilt by verify';
