import type { Item } from '../item.ts';
import { type DueJudgement, isJudgeable, pairOf } from './due-judgements.ts';
import { scoredDimensions } from './judge-contract.ts';

type Kind = Pick<DueJudgement, 'contract' | 'dimension'>;

/**
 * How many judgements of a kind each judge of a run would make if every scheduled item were answered:
 * what a rate must be divided by so that failing does not raise it.
 */
export type ScheduledJudgements = (kind: Kind) => number;

/** Counts them item by item; a pair counts once. */
export function createScheduledCount() {
  const counts = new Map<string, number>();
  const halves = new Set<string>();
  const note = (kind: Kind): void => {
    counts.set(keyOf(kind), (counts.get(keyOf(kind)) ?? 0) + 1);
  };
  return {
    add({ options, gold, categories }: Pick<Item, 'options' | 'gold' | 'categories'>): void {
      if (!isJudgeable({ outcome: 'answered', options, gold, answer: gold })) return;
      note({ contract: 'yes-no-score', dimension: null });
      const labels = categories['dimension'] ?? [];
      for (const dimension of scoredDimensions)
        if (labels.includes(dimension)) note({ contract: 'score', dimension });
      const pair = pairOf({ categories });
      if (pair === null) return;
      if (halves.delete(pair)) note({ contract: 'consistency', dimension: 'CO' });
      else halves.add(pair);
    },
    total: (): ScheduledJudgements => (kind) => counts.get(keyOf(kind)) ?? 0,
  };
}

const keyOf = ({ contract, dimension }: Kind): string => `${contract} ${dimension}`;

/** yes / scheduled; null where no verdict is asked for, nothing is scheduled, or nobody knows what is. */
export function yesOverScheduled(yes: number | null, scheduled: number | null): number | null {
  return yes === null || scheduled === null || scheduled === 0 ? null : yes / scheduled;
}
