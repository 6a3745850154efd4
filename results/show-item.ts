import type { Judgement } from '../domain/judging/judgement.ts';
import type { Row } from '../domain/row.ts';
import type { Step } from '../domain/outcome.ts';
import type { PlanResult, AnswerResult } from '../domain/step-results.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { CallRecord, CallStore } from '../domain/stores/call-store.ts';
import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';
import type { StepRecord, StepStore } from '../domain/stores/step-store.ts';
import { isSimulated } from '../domain/run-spec.ts';
import { isRowHit } from '../domain/frames/hit.ts';
import { UsageError } from '../domain/errors/usage-error.ts';
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
  /** What judges said of the answer, with their replies; null where none came. */
  readonly judgements: readonly { readonly judgement: Judgement; readonly text: string | null }[];
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
  if (run.spec.imported !== undefined && row.reply_artifact !== null)
    replies.push(await importedReply(blobs, row));
  const judgements = await Promise.all(
    row.judgements.map(async (judgement) => ({
      judgement,
      text: judgement.artifact === null ? null : await replyText(blobs, judgement.artifact),
    })),
  );
  const callsOfSteps = await Promise.all(records.map((record) => calls.ofStep(record)));
  return {
    simulated: isSimulated(run.spec),
    row,
    hit: isRowHit(row),
    replies,
    judgements,
    calls: callsOfSteps.flat().toSorted((left, right) => left.startedAt - right.startedAt),
    temporalUi:
      temporalUi === null || row.workflow_id === ''
        ? null
        : workflowInTemporalUi(
            temporalUi.url,
            temporalUi.namespace,
            row.workflow_id,
            row.workflow_run_id,
          ),
  };
}

/** An imported item has no steps, but what their model said. */
async function importedReply(blobs: ItemSources['blobs'], row: Row): Promise<ItemReply> {
  const { drive, parse_rule: parseRule, reply_artifact: reply } = row;
  const isThere = reply !== null && (await blobs.has(reply));
  return { drive, step: 'answer', parseRule, text: isThere ? await readReply(blobs, reply) : null };
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
  return { drive, step, parseRule, text: await replyText(blobs, replyArtifact) };
}

/** Null when the reply is no longer stored. */
async function replyText(blobs: ItemSources['blobs'], artifact: string): Promise<string | null> {
  return (await blobs.has(artifact)) ? readReply(blobs, artifact) : null;
}
