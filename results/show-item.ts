import type { Row } from '../domain/row.ts';
import type { Step } from '../domain/outcome.ts';
import type { PlanResult, AnswerResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { CallRecord, CallStore } from '../domain/stores/call-store.ts';
import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';
import type { StepRecord, StepStore } from '../domain/stores/step-store.ts';
import { isSimulated } from '../domain/run-spec.ts';
import { isHit } from '../domain/hit.ts';
import { UsageError } from '../domain/usage-error.ts';
import { readReply } from './read-reply.ts';
import { workflowInTemporalUi } from './summarise.ts';

/** What a model said in one step of one drive. */
export type ItemReply = {
  readonly drive: number;
  readonly step: Extract<Step, 'plan' | 'answer'>;
  readonly parseRule: string | null;
  /** Null when the reply is no longer stored. */
  readonly text: string | null;
};

/** One item in full: its row, and what stands behind it. */
export type ItemDetail = {
  readonly simulated: boolean;
  readonly row: Row;
  /** Whether a shown frame lies within a gold span; null when that cannot be known. */
  readonly hit: boolean | null;
  /** Oldest drive first. */
  readonly replies: readonly ItemReply[];
  /** Every request made for the item, oldest first. */
  readonly calls: readonly CallRecord[];
  readonly temporalUi: string | null;
};

export type ItemSources = {
  readonly runs: Pick<RunStore, 'row'>;
  readonly steps: Pick<StepStore, 'ofItem'>;
  readonly calls: Pick<CallStore, 'ofStep'>;
  readonly blobs: Pick<BlobStore, 'get' | 'has'>;
};

/**
 * Reads one item in full.
 *
 * @throws {UsageError} when the run has no such item, or the item has not ended yet
 */
export async function showItem(
  { runs, steps, calls, blobs }: ItemSources,
  run: RunRecord,
  { itemId, sample }: { readonly itemId: string; readonly sample: number },
  temporalUi: { readonly url: string; readonly namespace: string } | null,
): Promise<ItemDetail> {
  const row = await runs.row(run.runId, itemId, sample);
  if (row === null) {
    throw new UsageError(
      `Run ${run.runId} has no result for item ${itemId}, sample ${sample}: it has not ended, or ` +
        'there is no such item. `videoqa export <run> --format jsonl` lists the ended ones.',
    );
  }
  const records = await steps.ofItem(run.runId, itemId, sample);
  const replies = await Promise.all(
    records.filter(hasReply).map((record) => replyOf(blobs, record)),
  );
  const callsOfSteps = await Promise.all(records.map((record) => calls.ofStep(record)));
  return {
    simulated: isSimulated(run.spec),
    row,
    hit: isHit(row.shown, row.gold_spans),
    replies,
    calls: callsOfSteps.flat().toSorted((left, right) => left.startedAt - right.startedAt),
    temporalUi:
      temporalUi === null
        ? null
        : workflowInTemporalUi(
            temporalUi.url,
            temporalUi.namespace,
            row.workflow_id,
            row.workflow_run_id,
          ),
  };
}

type ReplyRecord = StepRecord & {
  readonly step: ItemReply['step'];
  readonly result: PlanResult | AnswerResult;
};

function hasReply(record: StepRecord): record is ReplyRecord {
  return record.state === 'done' && (record.step === 'plan' || record.step === 'answer');
}

async function replyOf(
  blobs: ItemSources['blobs'],
  { drive, step, result }: ReplyRecord,
): Promise<ItemReply> {
  const { parseRule, replyArtifact } = result;
  const isThere = await blobs.has(replyArtifact);
  return { drive, step, parseRule, text: isThere ? await readReply(blobs, replyArtifact) : null };
}
