import type { Item } from './item.ts';
import { steps as stepOrder, type Outcome, type Step } from './outcome.ts';
import type { Row, StepTiming } from './row.ts';
import type { RunSpec } from './run-spec.ts';
import { isCorrect } from './scoring.ts';
import type { AnswerResult, GenerateResult, PlanResult, RetrieveResult } from './step-results.ts';
import type { ItemEnd } from './stores/run-store.ts';
import type { StepRecord } from './stores/step-store.ts';
import { addUsage } from './usage.ts';

/** Everything a row is joined from. */
export type RowParts = {
  readonly spec: RunSpec;
  readonly item: Item;
  readonly end: ItemEnd;
  readonly drive: number;
  readonly workflowId: string;
  /** The item's step records of all drives, oldest drive first. */
  readonly steps: readonly StepRecord[];
  /** ISO 8601. */
  readonly finishedAt: string;
};

/**
 * Joins an item's step records into its row. Content and timings come from the newest record of
 * each step, usage from all of them, so that spend of failed drives is not lost. Correctness exists
 * only for answered items with known gold. The store fills in `previous_attempts`.
 */
export function buildRow(parts: RowParts): Row {
  const { spec, item, end, drive, steps } = parts;
  const answer = newest<AnswerResult>(steps, 'answer', 0);
  const retrieved = newest<RetrieveResult>(steps, 'embed-retrieve', 0);
  const planned = newest<PlanResult>(steps, 'plan', 0)?.planned ?? [];
  const generated = planned.flatMap((_, part) => newest<GenerateResult>(steps, 'generate', part) ?? []);
  const outcome = settledOutcome(end.outcome, answer);
  const said = outcome === 'answered' ? (answer?.answer ?? null) : null;
  const correct = said === null ? null : isCorrect(said, item.gold, item.options.length > 0);
  return {
    schema_version: 1,
    run_id: spec.runId,
    item_id: item.itemId,
    sample: end.sample,
    drive,
    task: spec.dataset.datasetId,
    video_ids: item.videoIds,
    question: item.question,
    options: item.options,
    gold: item.gold,
    gold_spans: item.goldSpans,
    source: item.source,
    outcome,
    answer: said,
    answer_text: said === null ? null : (answer?.answerText ?? null),
    correct,
    scores: {
      exact: {
        value: correct === null ? null : Number(correct),
        state: correct === null ? 'unscored' : 'scored',
        scorer: 'exact-letter',
      },
    },
    failure: end.failure,
    degraded: generated.some(({ source }) => source === 'reference'),
    strategy: spec.strategy.name,
    categories: item.categories,
    planned,
    generated: generated.map(({ artifact, source, width, height }) => ({ artifact, source, width, height })),
    retrieved: retrieved?.retrieved ?? [],
    shown: answer?.shown ?? retrieved?.chosen ?? [],
    judgements: [],
    previous_attempts: [],
    models: modelsOf(spec),
    prompt_version: spec.promptVersion,
    reply_artifact: answer?.replyArtifact ?? null,
    response_model: answer?.responseModel ?? null,
    parse_rule: answer?.parseRule ?? null,
    usage: addUsage(steps.flatMap((record) => record.usage ?? [])),
    steps: timings(steps),
    workflow_id: parts.workflowId,
    workflow_run_id: end.workflowRunId,
    finished_at: parts.finishedAt,
  };
}

/** The result of the newest finished record of a step, usable or not (an unparsed answer is one). */
function newest<Result>(steps: readonly StepRecord[], step: Step, part: number): Result | null {
  const record = steps.findLast(
    (candidate) => candidate.step === step && candidate.part === part && candidate.state === 'done',
  );
  return (record?.result ?? null) as Result | null;
}

/** An item is answered only if an answer is there: the record decides, not the workflow's word. */
function settledOutcome(outcome: Outcome, answer: AnswerResult | null): Outcome {
  if (outcome !== 'answered') return outcome;
  return answer?.answer == null ? 'unparsed' : 'answered';
}

function modelsOf({ models, strategy }: RunSpec): Record<string, string> {
  const plans = strategy.name !== 'uniform';
  return {
    answer: models.answer.model,
    ...(plans && { plan: models.plan.model }),
    ...(strategy.name === 'imagined-keyframes' && models.image !== null && { image: models.image.model }),
    ...(plans && models.embedding !== null && { embedding: models.embedding.model }),
  };
}

/** One entry per step, of the newest drive that ran it; parts run side by side, so it lasts from first start to last end. */
function timings(records: readonly StepRecord[]): StepTiming[] {
  return stepOrder.flatMap((step) => {
    const ofStep = records.filter((record) => record.step === step);
    if (ofStep.length === 0) return [];
    const newestDrive = Math.max(...ofStep.map((record) => record.drive));
    const parts = ofStep.filter((record) => record.drive === newestDrive);
    const startedAt = Math.min(...parts.map((part) => part.startedAt));
    const finishedAt = Math.max(...parts.map((part) => part.finishedAt ?? part.startedAt));
    return {
      step,
      started_at: new Date(startedAt).toISOString(),
      duration_ms: finishedAt - startedAt,
      attempts: parts.reduce((sum, part) => sum + part.attempts, 0),
      waited_ms: parts.reduce((sum, part) => sum + part.waitedMs, 0),
    };
  });
}
