import type { Row } from '../domain/row.ts';
import { isScorable } from '../domain/scoring.ts';

/** One label of a category: how many of its ended items with known gold were right. */
export type CategoryCount = {
  readonly category: string;
  readonly label: string;
  readonly correct: number;
  readonly answered: number;
  readonly items: number;
};

/**
 * Counts right answers by category. An item counts once under each of its labels, as LVBench's own
 * scorer has it, so that the labels of one category may add up to more than the items.
 */
export function createCategoryCount() {
  const counts = new Map<string, CategoryCount>();
  return {
    add(row: Row): void {
      if (!isScorable(row)) return;
      for (const [category, labels] of Object.entries(row.categories)) {
        for (const label of new Set(labels)) {
          const key = JSON.stringify([category, label]);
          const before = counts.get(key) ?? { category, label, correct: 0, answered: 0, items: 0 };
          counts.set(key, {
            ...before,
            correct: before.correct + Number(row.correct === true),
            answered: before.answered + Number(row.outcome === 'answered'),
            items: before.items + 1,
          });
        }
      }
    },
    /** By category, then label. */
    total: (): CategoryCount[] => [...counts].toSorted(byKey).map(([, count]) => count),
  };
}

function byKey([left]: [string, CategoryCount], [right]: [string, CategoryCount]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
