import { type Item, taskOf } from './item.ts';
import { steps as stepOrder, type ItemFailure, type Step } from './outcome.ts';
import type { Remedy } from './errors/remedy.ts';
import type { GeneratedImage, Row, StepTiming } from './row.ts';
import type { RunSpec } from './run-spec.ts';
import { isCorrect, legalAnswer, letterScore } from './scoring.ts';
import type {
  AnswerResult,
  GenerateResult,
  PlanResult,
  Remedied,
  RetrieveResult,
} from './step-results.ts';
import type { ItemEnd } from './stores/run-store.ts';
import type { StepRecord } from './stores/step-store.ts';
import { searchesFrames } from './strategy-spec.ts';
import { scoresByRule } from './suites/reply-rules.ts';
import { addUsage } from './money/usage.ts';

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
 * Joins an item's step records into its row. What was planned, drawn, found and said comes from the
 * record that counts for each step: the newest finished one of this drive, else the newest usable
 * one of an earlier drive. Usage comes from all drives, so that spend of failed ones is not lost
 * and a result taken from an earlier drive is not paid again. Correctness exists only for answered
 * items with known gold. The store fills in `previous_attempts`.
 */
export function buildRow(parts: RowParts): Row {
  const { spec, item, end, drive } = parts;
  const records = parts.steps.filter((record) => record.drive <= drive);
  const found = findContent(records, drive);
  const settled = settle(end, item, found.answer);
  return {
    schema_version: 1,
    run_id: spec.runId,
    item_id: item.itemId,
    sample: end.sample,
    drive,
    task: taskOf(item),
    dataset: spec.dataset.datasetId,
    video_ids: item.videoIds,
    question: item.question,
    options: item.options,
    gold: item.gold,
    gold_spans: item.goldSpans,
    source: item.source,
    ...settled,
    scores: scoresOf(spec, settled, found.answer),
    degraded: isDegraded(spec, found.generated),
    strategy: spec.strategy.name,
    categories: item.categories,
    planned: found.planned,
    generated: found.generated,
    text_query: found.text_query,
    retrieved: found.retrieved,
    shown: found.answer?.shown ?? [],
    judgements: [],
    previous_attempts: [],
    models: modelsOf(spec),
    prompt_version: spec.promptVersion,
    reply_artifact: found.answer?.replyArtifact ?? null,
    response_model: found.answer?.responseModel ?? null,
    parse_rule: found.answer?.parseRule ?? null,
    usage: addUsage(records.flatMap((record) => record.usage ?? [])),
    steps: timings(records),
    workflow_id: parts.workflowId,
    workflow_run_id: end.workflowRunId,
    finished_at: parts.finishedAt,
  };
}

type Content = Pick<Row, 'planned' | 'generated' | 'text_query' | 'retrieved'> & {
  readonly answer: AnswerResult | null;
};

function findContent(records: readonly StepRecord[], drive: number): Content {
  const resultOf = <Result>(step: Step, part = 0): Result | null => {
    const counts = ({ state, usable, ...record }: StepRecord) =>
      record.step === step &&
      record.part === part &&
      state === 'done' &&
      (usable || record.drive === drive);
    return (records.findLast(counts)?.result ?? null) as Result | null;
  };
  const planned = resultOf<PlanResult>('plan')?.planned ?? [];
  const pictures = planned.map((_, part) => resultOf<GenerateResult>('generate', part));
  const found = resultOf<RetrieveResult>('embed-retrieve');
  return {
    planned,
    generated: leadingPictures(pictures),
    text_query: found?.textQuery ?? null,
    retrieved: found?.retrieved ?? [],
    answer: resultOf<AnswerResult>('answer'),
  };
}

/** Pictures up to the first that is missing: `generated[i]` always belongs to `planned[i]`. */
function leadingPictures(pictures: readonly (GenerateResult | null)[]): GeneratedImage[] {
  const firstMissing = pictures.indexOf(null);
  const there = firstMissing === -1 ? pictures : pictures.slice(0, firstMissing);
  return there
    .filter((picture) => picture !== null)
    .map(({ artifact, source, width, height }) => ({ artifact, source, width, height }));
}

/**
 * How the item counts. The answer's record decides, not the workflow's word: without a legal
 * answer the item is unparsed, and without any record the answer is lost and the item failed.
 */
function settle(
  end: ItemEnd,
  item: Item,
  record: AnswerResult | null,
): Pick<Row, 'outcome' | 'answer' | 'answer_text' | 'correct' | 'failure'> {
  const unanswered = { answer: null, answer_text: null, correct: null, failure: null };
  if (end.outcome === 'failed') {
    return { ...unanswered, outcome: 'failed', failure: end.failure ?? unexplained };
  }
  if (end.outcome !== 'answered' && end.outcome !== 'unparsed') {
    return { ...unanswered, outcome: end.outcome };
  }
  if (record === null) return { ...unanswered, outcome: 'failed', failure: lostAnswer };
  const answer = legalAnswer(record.answer, item);
  if (answer === null) return { ...unanswered, outcome: 'unparsed' };
  const correct = isCorrect(answer, item);
  return { outcome: 'answered', answer, answer_text: record.answerText, correct, failure: null };
}

const unexplained: ItemFailure = {
  class: 'unclassified',
  step: null,
  message: 'The item failed without saying why; its workflow has the details',
  attempts: 0,
};

const lostAnswer: ItemFailure = {
  class: 'storage',
  step: 'answer',
  message: 'The item ended, but the record of its answer is missing; retry asks again',
  attempts: 0,
};

/** Our own verdict, and that of the suite's own rule where it has one; none without an answer. */
function scoresOf(
  { dataset }: RunSpec,
  { answer, correct }: Pick<Row, 'answer' | 'correct'>,
  record: AnswerResult | null,
): Row['scores'] {
  const byRule = answer === null ? {} : (record?.ruleScores ?? {});
  return { ...letterScore(correct), ...scoresByRule(dataset.format, byRule) };
}

/** An unedited reference frame stood in for an imagined picture. In the control it is the method. */
function isDegraded({ strategy }: RunSpec, generated: readonly GeneratedImage[]): boolean {
  return (
    strategy.name === 'imagined-keyframes' && generated.some(({ source }) => source === 'reference')
  );
}

function modelsOf({ models, strategy }: RunSpec): Record<string, string> {
  const searches = searchesFrames(strategy);
  const { image, embedding } = models;
  return {
    answer: models.answer.model,
    ...(searches && { plan: models.plan.model }),
    ...(strategy.name === 'imagined-keyframes' && image !== null && { image: image.model }),
    ...(searches && embedding !== null && { embedding: embedding.model }),
  };
}

/**
 * One entry per step, of the newest drive that ran it: time and waiting summed over parts, the
 * highest attempt of any part, and every remedy that one of them tried.
 */
function timings(records: readonly StepRecord[]): StepTiming[] {
  return stepOrder.flatMap((step) => {
    const ofStep = records.filter((record) => record.step === step);
    const newestDrive = Math.max(...ofStep.map((record) => record.drive));
    const parts = ofStep.filter((record) => record.drive === newestDrive);
    if (parts.length === 0) return [];
    const remedies = remediesOf(parts);
    return {
      step,
      started_at: new Date(Math.min(...parts.map((part) => part.startedAt))).toISOString(),
      duration_ms: sum(parts.map(durationOf)),
      attempts: Math.max(...parts.map((part) => part.attempts)),
      waited_ms: sum(parts.map((part) => part.waitedMs)),
      ...(remedies.length > 0 && { remedies }),
    };
  });
}

/** Each remedy that any part tried, once. */
function remediesOf(parts: readonly StepRecord[]): Remedy[] {
  const tried = parts.flatMap(({ result }) => (result as Remedied | null)?.remedies ?? []);
  return [...new Set(tried)];
}

/** Zero for a step that never ended, and where the clock was set back meanwhile. */
function durationOf({ startedAt, finishedAt }: StepRecord): number {
  return Math.max(0, (finishedAt ?? startedAt) - startedAt);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
