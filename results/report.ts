import type { DatasetSpec, RunSpec } from '../domain/run-spec.ts';
import type { Row } from '../domain/row.ts';
import { clusteredMean, type Observation } from '../domain/statistics.ts';
import type { CallRecord, CallStore } from '../domain/stores/call-store.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';
import type { RunSummary } from '../domain/summary.ts';
import { type CategoryCount, createCategoryCount } from './category-count.ts';
import { rowKey } from './run-totals.ts';
import { createJudgeCount, type JudgeReport } from './judge-report.ts';
import { createScoreAverages, type ScoreAverage } from './score-averages.ts';
import { createStepTimes, type StepTime } from './step-times.ts';
import { type SummarySources, summariseRun } from './summarise.ts';

/** An accuracy over a part of the items, with what it was divided by. */
export type AccuracyOver = {
  readonly over: 'scheduled' | 'answered' | 'without degraded' | 'without retried';
  readonly correct: number;
  readonly items: number;
  /** 95 %, clustered by video. */
  readonly ci95: readonly [number, number];
};

/** What the run's paid calls come to. Money in US dollars. */
export type Spend = {
  readonly settledUsd: number;
  /** Most that calls without a settlement can cost. */
  readonly openUsd: number;
  /** Second answers to a request that had one. */
  readonly duplicateUsd: number;
  /** Sent, and not known to have been billed or not: possible duplicate spend. */
  readonly openIntents: readonly CallRecord[];
};

/** A run's metrics in full; every number has its denominator beside it. */
export type RunReport = {
  readonly summary: RunSummary;
  /** Empty without gold. */
  readonly accuracies: readonly AccuracyOver[];
  /** Items with an earlier end in a drive before; 0 of both where nothing was retried. */
  readonly retried: { readonly items: number; readonly answered: number };
  /** Answers that the simulated model says it guessed; null where nobody looked. */
  readonly guesses: { readonly guessed: number; readonly answered: number } | null;
  readonly spend: Spend;
  /** What it is about. */
  readonly dataset: Pick<DatasetSpec, 'datasetId' | 'format' | 'coverage'>;
  /** What its calls are priced by. */
  readonly pricedBy: Pick<RunSpec, 'models' | 'strategy' | 'judging'>;
  readonly categories: readonly CategoryCount[];
  /** Of every score with groups to average over. */
  readonly averages: readonly ScoreAverage[];
  /** Empty where nobody judges. */
  readonly judges: readonly JudgeReport[];
  readonly stepTimes: readonly StepTime[];
};

export type ReportSources = SummarySources & { readonly calls: Pick<CallStore, 'ledger'> };

/**
 * Reports on a run from one pass over its rows.
 *
 * @param temporalUi  address of the run in the Temporal UI, where one is known
 * @param isGuess  says of a stored reply whether it is a guess of the simulated model
 */
export async function reportRun(
  sources: ReportSources,
  run: RunRecord,
  temporalUi: string | null,
  isGuess: ((replyArtifact: string) => Promise<boolean>) | null = null,
): Promise<RunReport> {
  const categories = createCategoryCount();
  const averages = createScoreAverages(run.spec.dataset.format);
  const stepTimes = createStepTimes();
  const judges = createJudgeCount(run.spec.judging);
  const marked = {
    answered: new Set<string>(),
    degraded: new Set<string>(),
    retried: new Set<string>(),
  };
  const guesses = { guessed: 0, answered: 0 };

  const visit = async (row: Row): Promise<void> => {
    categories.add(row);
    averages.add(row);
    stepTimes.add(row);
    judges.add(row);
    if (row.outcome === 'answered') marked.answered.add(rowKey(row));
    if (row.degraded) marked.degraded.add(rowKey(row));
    if (row.previous_attempts.length > 0) marked.retried.add(rowKey(row));
    if (isGuess === null || row.outcome !== 'answered' || row.reply_artifact === null) return;
    guesses.answered += 1;
    if (await isGuess(row.reply_artifact)) guesses.guessed += 1;
  };
  const summarised = await summariseRun(sources, run, temporalUi, visit);
  const { summary, totals } = summarised;
  const { calls: _, ...spend } = await sources.calls.ledger(run.runId);
  const { answered, retried } = marked;
  return {
    summary,
    accuracies: accuraciesOf(totals.correctness, marked),
    retried: {
      items: retried.size,
      answered: [...retried].filter((key) => answered.has(key)).length,
    },
    guesses: isGuess === null ? null : guesses,
    spend,
    dataset: datasetOf(run.spec.dataset),
    pricedBy: run.spec,
    categories: categories.total(),
    averages: averages.total(),
    judges: judges.total(summarised.scheduledJudgements),
    stepTimes: stepTimes.total(),
  };
}

function datasetOf({ datasetId, format, coverage }: DatasetSpec): RunReport['dataset'] {
  return { datasetId, format, ...(coverage !== undefined && { coverage }) };
}

function accuraciesOf(
  correctness: ReadonlyMap<string, Observation>,
  marked: Readonly<Record<'answered' | 'degraded' | 'retried', ReadonlySet<string>>>,
): AccuracyOver[] {
  return [
    ...accuracyOver('scheduled', correctness, () => true),
    ...accuracyOver('answered', correctness, (key) => marked.answered.has(key)),
    ...accuracyOver('without degraded', correctness, (key) => !marked.degraded.has(key)),
    ...accuracyOver('without retried', correctness, (key) => !marked.retried.has(key)),
  ];
}

function accuracyOver(
  over: AccuracyOver['over'],
  correctness: ReadonlyMap<string, Observation>,
  counts: (key: string) => boolean,
): AccuracyOver[] {
  const kept = [...correctness]
    .filter(([key]) => counts(key))
    .map(([, observation]) => observation);
  const mean = clusteredMean(kept);
  if (mean === null) return [];
  const correct = kept.reduce((sum, { value }) => sum + value, 0);
  return [{ over, correct, items: kept.length, ci95: mean.ci95 }];
}
