import type { Row } from '../domain/row.ts';
import { isScorable } from '../domain/scoring.ts';
import { averagesOf, type GroupSum } from '../domain/suites/averages.ts';
import {
  byDimension,
  publishedAverage,
  type PublishedAverage,
} from '../domain/suites/published-averages.ts';

/** One score of a run, averaged over groups in both ways. */
export type ScoreAverage = {
  /** Its name in `scores`; of dimensions the judge's. */
  readonly score: string;
  readonly scorer: string;
  /** The category whose labels are the groups, or `judged dimension`. */
  readonly by: string;
  readonly groups: number;
  /** What micro divides by: an item counts once, also with several labels. */
  readonly items: number;
  readonly micro: number;
  readonly macro: number;
  /** Which of the two the suite publishes, and as what; null where it publishes neither. */
  readonly published: Pick<PublishedAverage, 'name' | 'kind'> | null;
};

type Groups = {
  readonly score: string;
  readonly scorer: string;
  readonly by: string;
  readonly labels: Map<string, GroupSum>;
  all: GroupSum;
};

const nothing: GroupSum = { sum: 0, items: 0 };

/**
 * Averages the scores of a run's rows. A verdict on a letter counts every ended item with known gold,
 * one without an answer as not right; a judge's score counts the answers that were judged.
 */
export function createScoreAverages(datasetFormat: string) {
  const found = new Map<string, Groups>();
  const add = (about: Omit<Groups, 'labels' | 'all'>, names: readonly string[], value: number) => {
    const key = JSON.stringify([about.score, about.by]);
    const groups = found.get(key) ?? { ...about, labels: new Map(), all: nothing };
    for (const name of new Set(names))
      groups.labels.set(name, plus(groups.labels.get(name) ?? nothing, value));
    groups.all = plus(groups.all, value);
    found.set(key, groups);
  };
  return {
    add(row: Row): void {
      for (const [score, { value, scorer }] of Object.entries(row.scores)) {
        const counted = isJudged(row, score) ? value : isScorable(row) ? (value ?? 0) : null;
        if (counted === null || isOfDimension(row, score)) continue;
        for (const [by, labels] of Object.entries(row.categories))
          if (by !== pairs) add({ score, scorer, by }, labels, counted);
      }
      for (const { judge, dimension, score } of row.judgements)
        if (dimension !== null && score !== null)
          add({ score: judge, scorer: judge, by: byDimension }, [dimension], score);
    },
    /** Those with more than one group. */
    total: (): ScoreAverage[] =>
      [...found.values()].flatMap((groups) => averageOf(groups, datasetFormat)),
  };
}

/** Labels that join two items: no groups to average over. */
const pairs = 'pair';

const plus = ({ sum, items }: GroupSum, value: number): GroupSum => ({
  sum: sum + value,
  items: items + 1,
});

const isJudged = ({ judgements }: Row, score: string): boolean =>
  judgements.some(({ judge }) => score.startsWith(`${judge}/`));

const isOfDimension = ({ judgements }: Row, score: string): boolean =>
  judgements.some(({ judge, dimension }) => score === `${judge}/${dimension}`);

function averageOf(groups: Groups, datasetFormat: string): ScoreAverage[] {
  const { score, scorer, by, labels, all } = groups;
  const macro = averagesOf(labels.values())?.macro;
  if (labels.size < 2 || macro === undefined) return [];
  const { name, kind } = publishedAverage(datasetFormat, groups) ?? { name: null, kind: null };
  return [
    {
      score,
      scorer,
      by,
      groups: labels.size,
      items: all.items,
      micro: all.sum / all.items,
      macro,
      published: name === null ? null : { name, kind },
    },
  ];
}
