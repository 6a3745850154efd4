import { steps, type Step } from '../domain/outcome.ts';
import type { Row } from '../domain/row.ts';

/** Where the time of a run's items went, step by step. */
export type StepTime = {
  readonly step: Step;
  /** Items that ran the step. */
  readonly items: number;
  readonly meanMs: number;
  readonly longestMs: number;
  /** Mean time of waiting for a provider, a part of `meanMs`. */
  readonly meanWaitedMs: number;
  /** Items in which the step needed more than one attempt. */
  readonly retriedItems: number;
};

/** Adds up the steps of rows. */
export function createStepTimes() {
  const sums = new Map<
    Step,
    { items: number; ms: number; longestMs: number; waitedMs: number; retried: number }
  >();
  return {
    add({ steps: timings }: Pick<Row, 'steps'>): void {
      for (const { step, duration_ms: ms, waited_ms: waitedMs, attempts } of timings) {
        const sum = sums.get(step) ?? { items: 0, ms: 0, longestMs: 0, waitedMs: 0, retried: 0 };
        sum.items += 1;
        sum.ms += ms;
        sum.longestMs = Math.max(sum.longestMs, ms);
        sum.waitedMs += waitedMs;
        sum.retried += Number(attempts > 1);
        sums.set(step, sum);
      }
    },
    /** In the order of the steps; those that nobody ran are left out. */
    total: (): StepTime[] =>
      steps.flatMap((step) => {
        const sum = sums.get(step);
        if (sum === undefined) return [];
        const { items, ms, longestMs, waitedMs, retried } = sum;
        return {
          step,
          items,
          meanMs: ms / items,
          longestMs,
          meanWaitedMs: waitedMs / items,
          retriedItems: retried,
        };
      }),
  };
}
