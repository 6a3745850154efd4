import { type JudgeContract, judgeContracts } from '../domain/judging/judge-contract.ts';
import type { Judgement } from '../domain/judging/judgement.ts';
import type { Row } from '../domain/row.ts';

/** The judgements of the items with one label of a category. */
export type JudgedLabel = {
  readonly label: string;
  readonly judged: number;
  /** Null where no verdict was asked for. */
  readonly yes: number | null;
  readonly meanScore: number;
};

/** A category as one contract judges it, label by label, with the means of its labels' means. */
export type LabelledCategory = {
  readonly category: string;
  readonly contract: JudgeContract;
  readonly labels: readonly JudgedLabel[];
  readonly macro: { readonly accuracy: number | null; readonly meanScore: number };
};

/** Labels that say how an item is judged, and are no part of what it is about. */
const technical = ['dimension', 'pair'];

type LabelCount = { readonly judged: number; readonly yes: number | null; readonly sum: number };

/**
 * Adds up judgements by the labels of their items, those of each contract by themselves: a verdict and
 * a score have other denominators. An item counts once under each of its labels.
 */
export function createLabelCount() {
  const categories = new Map<string, Map<JudgeContract, Map<string, LabelCount>>>();
  const countsOf = (category: string, contract: JudgeContract): Map<string, LabelCount> => {
    const ofContracts =
      categories.get(category) ?? new Map<JudgeContract, Map<string, LabelCount>>();
    categories.set(category, ofContracts);
    const counts = ofContracts.get(contract) ?? new Map<string, LabelCount>();
    ofContracts.set(contract, counts);
    return counts;
  };
  return {
    add({ categories: found }: Row, { contract, score, verdict }: Judgement): void {
      for (const [category, labels] of Object.entries(found)) {
        if (technical.includes(category)) continue;
        const counts = countsOf(category, contract);
        for (const label of new Set(labels)) {
          const before = counts.get(label) ?? { judged: 0, yes: null, sum: 0 };
          const yes = verdict === null ? before.yes : (before.yes ?? 0) + Number(verdict === 'yes');
          counts.set(label, { judged: before.judged + 1, yes, sum: before.sum + (score ?? 0) });
        }
      }
    },
    /** By name, labels too; the contracts of a category in their order. */
    total: (): LabelledCategory[] =>
      [...categories].toSorted(byName).flatMap(([category, ofContracts]) =>
        judgeContracts.flatMap((contract) => {
          const counts = ofContracts.get(contract);
          return counts === undefined ? [] : { category, contract, ...meansOf(counts) };
        }),
      ),
  };
}

function meansOf(counts: ReadonlyMap<string, LabelCount>) {
  const labels = [...counts].toSorted(byName).map(([label, { judged, yes, sum }]) => ({
    label,
    judged,
    yes,
    meanScore: sum / judged,
  }));
  const accuracies = labels.flatMap(({ yes, judged }) => (yes === null ? [] : yes / judged));
  return {
    labels,
    macro: {
      accuracy: accuracies.length === 0 ? null : mean(accuracies),
      meanScore: mean(labels.map(({ meanScore }) => meanScore)),
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
