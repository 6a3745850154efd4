import type { Item } from '../item.ts';
import { createDueFinder, type DueJudgement } from './due-judgements.ts';
import { judgeContracts } from './judge-contract.ts';

type Kind = Pick<DueJudgement, 'contract' | 'dimension'>;

/**
 * How many judgements of a kind each judge of a run would make if every scheduled item were answered:
 * what a rate must be divided by so that failing does not raise it.
 */
export type ScheduledJudgements = (kind: Kind) => number;

/** Counts them item by item; a pair counts once. */
export function createScheduledCount() {
  const counts = new Map<string, number>();
  const dueOf = createDueFinder({ judges: [{ judge: 'each' }], contracts: judgeContracts });
  return {
    add({ itemId, options, gold, categories }: ScheduledItem): void {
      const answered = { outcome: 'answered', answer: gold, sample: 0, drive: 0 } as const;
      for (const due of dueOf({ ...answered, item_id: itemId, options, gold, categories }))
        counts.set(keyOf(due), (counts.get(keyOf(due)) ?? 0) + 1);
    },
    total: (): ScheduledJudgements => (kind) => counts.get(keyOf(kind)) ?? 0,
  };
}

type ScheduledItem = Pick<Item, 'itemId' | 'options' | 'gold' | 'categories'>;

const keyOf = ({ contract, dimension }: Kind): string => `${contract} ${dimension}`;

/** yes / scheduled; null where no verdict is asked for, or nothing is scheduled. */
export function yesOverScheduled(yes: number | null, scheduled: number): number | null {
  return yes === null || scheduled === 0 ? null : yes / scheduled;
}
