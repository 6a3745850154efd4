import { type Outcome, type Step, steps } from '../outcome.ts';

/** Items that a retry would take up, by how they stand. */
export type RetryGroup = {
  /** Null = not ended. */
  readonly outcome: Outcome | null;
  /** The step that failed; null where none did. */
  readonly step: Step | null;
  readonly items: number;
};

/** What a step has cost the run so far: over items in which it made a call. */
export type StepSpend = {
  readonly step: Step;
  readonly items: number;
  /** Null where a call has no price. */
  readonly paidUsd: number | null;
};

/**
 * What a retry will probably cost, from what the run has paid so far. An item that failed in a step
 * pays for that step and those after it; one without a parse for the answer alone; any other for all.
 *
 * @returns US dollars; null where nothing has been paid yet, or calls have no price
 */
export function estimateRetry(
  groups: readonly RetryGroup[],
  spends: readonly StepSpend[],
): number | null {
  if (spends.length === 0 || spends.some(({ paidUsd }) => paidUsd === null)) return null;
  const meanUsd = new Map(spends.map(({ step, items, paidUsd }) => [step, (paidUsd ?? 0) / items]));
  return groups.reduce((total, { outcome, step, items }) => {
    const first = outcome === 'unparsed' ? 'answer' : (step ?? 'plan');
    const ahead = steps.slice(steps.indexOf(first));
    return total + items * ahead.reduce((sum, name) => sum + (meanUsd.get(name) ?? 0), 0);
  }, 0);
}
