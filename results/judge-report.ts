import type { JudgeContract, JudgeDimension } from '../domain/judging/judge-contract.ts';
import { highestScore, placeOfDimension } from '../domain/judging/judge-contract.ts';
import { createDueFinder } from '../domain/judging/due-judgements.ts';
import { type Judgement, truncatedScore } from '../domain/judging/judgement.ts';
import type { Row } from '../domain/row.ts';
import {
  type ScheduledJudgements,
  yesOverScheduled,
} from '../domain/judging/scheduled-judgements.ts';
import type { JudgingSpec } from '../domain/run-spec.ts';
import { clusteredMean, type Observation } from '../domain/statistics.ts';
import { createLabelCount, type LabelledCategory } from './judge-labels.ts';

/** A mean, and what it is a mean of. */
export type MeanOver = {
  readonly mean: number;
  /** 95 %, clustered by video. */
  readonly ci95: readonly [number, number];
};

/** What one judge says in one dimension; every mean but `overScheduled` is over the judged ones. */
export type JudgedDimension = {
  readonly contract: JudgeContract;
  /** Null for `yes-no-score`. */
  readonly dimension: JudgeDimension | null;
  readonly judged: number;
  readonly unparsed: number;
  readonly failed: number;
  /** Answers (or pairs) that nobody has been asked about. */
  readonly unjudged: number;
  /** Judgements due if every scheduled item were answered. */
  readonly scheduled: number;
  readonly yes: number | null;
  /** yes / judged; null where no verdict was asked for. */
  readonly accuracy: MeanOver | null;
  /** yes / scheduled: failed and unparsed items are no yes. */
  readonly overScheduled: number | null;
  readonly score: MeanOver | null;
  /** The mean of the scores cut to whole numbers, as the suites of Video-ChatGPT count them. */
  readonly meanTruncatedScore: number | null;
};

/** Means over the scores in dimensions: of all judgements alike, and of the dimension means. */
export type ScoreMeans = {
  readonly micro: { readonly mean: number; readonly judgements: number };
  readonly macro: { readonly mean: number; readonly dimensions: number };
};

/** What one judge says of a run. */
export type JudgeReport = {
  readonly judge: string;
  /** The models that the provider says replied: more than one is a judge that changed. */
  readonly responseModels: readonly string[];
  readonly dimensions: readonly JudgedDimension[];
  /** Null with fewer than two dimensions. */
  readonly scores: ScoreMeans | null;
  readonly categories: readonly LabelledCategory[];
};

/** Adds up what judges say, row by row in file order. */
export function createJudgeCount(judging: JudgingSpec | undefined) {
  const judges = new Map<string, ReturnType<typeof createOneCount>>();
  const countOf = (judge: string) => {
    const known = judges.get(judge) ?? createOneCount();
    judges.set(judge, known);
    return known;
  };
  const dueOf = judging === undefined ? () => [] : createDueFinder(judging);
  return {
    add(row: Row): void {
      for (const due of dueOf(row)) countOf(due.judge).due(due);
      for (const judgement of row.judgements) countOf(judgement.judge).judged(judgement, row);
    },
    total: (scheduledOf: ScheduledJudgements): JudgeReport[] =>
      [...judges].map(([judge, count]) => ({ judge, ...count.total(scheduledOf) })),
  };
}

type DimensionCount = {
  readonly contract: JudgeContract;
  readonly dimension: JudgeDimension | null;
  due: number;
  unparsed: number;
  failed: number;
  truncated: number;
  readonly verdicts: Observation[];
  readonly scores: Observation[];
};

function createOneCount() {
  const dimensions = new Map<string, DimensionCount>();
  const responseModels = new Set<string>();
  const labels = createLabelCount();
  const countOf = ({ contract, dimension }: Pick<Judgement, 'contract' | 'dimension'>) => {
    const key = `${contract} ${dimension}`;
    const known = dimensions.get(key) ?? {
      contract,
      dimension,
      due: 0,
      unparsed: 0,
      failed: 0,
      truncated: 0,
      verdicts: [],
      scores: [],
    };
    dimensions.set(key, known);
    return known;
  };
  return {
    due: (asked: Pick<Judgement, 'contract' | 'dimension'>) => void (countOf(asked).due += 1),
    judged(judgement: Judgement, row: Row): void {
      const count = countOf(judgement);
      const { state, score, verdict, response_model } = judgement;
      if (response_model !== null) responseModels.add(response_model);
      if (state === 'unparsed') count.unparsed += 1;
      if (state === 'failed') count.failed += 1;
      if (state !== 'judged' || score === null) return;
      const cluster = row.video_ids[0] ?? '';
      count.scores.push({ value: score / highestScore, cluster });
      count.truncated += truncatedScore(score);
      if (verdict !== null) count.verdicts.push({ value: Number(verdict === 'yes'), cluster });
      labels.add(row, judgement);
    },
    total: (scheduledOf: ScheduledJudgements) => {
      const counts = [...dimensions.values()].toSorted(
        (left, right) => placeOfDimension(left.dimension) - placeOfDimension(right.dimension),
      );
      return {
        responseModels: [...responseModels].toSorted(),
        dimensions: counts.map((count) => dimensionOf(count, scheduledOf(count))),
        scores: meansOf(counts),
        categories: labels.total(),
      };
    },
  };
}

function dimensionOf(count: DimensionCount, scheduled: number): JudgedDimension {
  const { contract, dimension, due, unparsed, failed, truncated, verdicts, scores } = count;
  const judged = scores.length;
  const yes =
    contract === 'yes-no-score' ? verdicts.filter(({ value }) => value === 1).length : null;
  // The interval is computed on a scale from 0 to 1.
  const share = clusteredMean(scores);
  const scaled = (value: number) => value * highestScore;
  return {
    contract,
    dimension,
    judged,
    unparsed,
    failed,
    unjudged: Math.max(0, due - judged - unparsed - failed),
    scheduled,
    yes,
    accuracy: clusteredMean(verdicts),
    overScheduled: yesOverScheduled(yes, scheduled),
    score:
      share === null
        ? null
        : { mean: scaled(share.mean), ci95: [scaled(share.ci95[0]), scaled(share.ci95[1])] },
    meanTruncatedScore: judged === 0 ? null : truncated / judged,
  };
}

/**
 * Micro: every judgement counts alike, so that a dimension with more items counts more. Macro: the
 * mean of the dimension means. Leaderboards of Video-ChatGPT's benchmark mix the two.
 */
function meansOf(counts: readonly DimensionCount[]): ScoreMeans | null {
  const scored = counts.filter(({ dimension, scores }) => dimension !== null && scores.length > 0);
  if (scored.length < 2) return null;
  const sums = scored.map(({ scores }) => ({
    sum: scores.reduce((total, { value }) => total + value * highestScore, 0),
    judgements: scores.length,
  }));
  const judgements = sums.reduce((total, each) => total + each.judgements, 0);
  const sum = sums.reduce((total, each) => total + each.sum, 0);
  const means = sums.map((each) => each.sum / each.judgements);
  return {
    micro: { mean: sum / judgements, judgements },
    macro: {
      mean: means.reduce((total, mean) => total + mean, 0) / means.length,
      dimensions: means.length,
    },
  };
}
