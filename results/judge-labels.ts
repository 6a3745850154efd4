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

/** A category, label by label, with the means of its labels' means. */
export type LabelledCategory = {
  readonly category: string;
  readonly labels: readonly JudgedLabel[];
  readonly macro: { readonly accuracy: number | null; readonly meanScore: number };
};

/** Labels that say how an item is judged, and are no part of what it is about. */
const technical = ['dimension', 'pair'];

/** Adds up judgements by the labels of their items; an item counts once under each of them. */
export function createLabelCount() {
  const categories = new Map<
    string,
    Map<string, { judged: number; yes: number | null; sum: number }>
  >();
  return {
    add({ categories: found }: Row, { score, verdict }: Judgement): void {
      for (const [category, labels] of Object.entries(found)) {
        if (technical.includes(category)) continue;
        const counts = categories.get(category) ?? new Map();
        categories.set(category, counts);
        for (const label of new Set(labels)) {
          const before = counts.get(label) ?? { judged: 0, yes: null, sum: 0 };
          const yes = verdict === null ? before.yes : (before.yes ?? 0) + Number(verdict === 'yes');
          counts.set(label, { judged: before.judged + 1, yes, sum: before.sum + (score ?? 0) });
        }
      }
    },
    /** By name, labels too. */
    total: (): LabelledCategory[] =>
      [...categories].toSorted(byName).map(([category, counts]) => {
        const labels = [...counts].toSorted(byName).map(([label, { judged, yes, sum }]) => ({
          label,
          judged,
          yes,
          meanScore: sum / judged,
        }));
        const accuracies = labels.flatMap(({ yes, judged }) => (yes === null ? [] : yes / judged));
        return {
          category,
          labels,
          macro: {
            accuracy: accuracies.length === 0 ? null : mean(accuracies),
            meanScore: mean(labels.map(({ meanScore }) => meanScore)),
          },
        };
      }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
