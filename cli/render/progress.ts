import type { FailureClass, Step } from '../../domain/outcome.ts';
import type { AccountPause } from '../../domain/stores/pause-store.ts';
import type { RunCounts, RunState } from '../../domain/summary.ts';

/** A running run at one moment, as the views show it. */
export type Progress = {
  readonly runId: string;
  readonly strategy: string;
  readonly simulated: boolean;
  readonly state: RunState;
  readonly counts: RunCounts;
  readonly failures: Partial<Record<FailureClass, number>>;
  /** Calls whose failure nobody knows yet, healed or not. */
  readonly unclassifiedCalls: number;
  /** Accounts of the run that no call is made to for now. */
  readonly pauses: readonly AccountPause[];
  /** Steps finished in the last minute with their mean duration. */
  readonly steps: readonly {
    readonly step: Step;
    readonly finished: number;
    readonly meanMs: number;
  }[];
  /** Paid so far, open reservations apart; null without prices. */
  readonly spentUsd: number | null;
  readonly elapsedS: number;
  /** Null while the rate is not known yet. */
  readonly remainingS: number | null;
  readonly temporalUi: string | null;
};

/** Items that have ended, however. */
export function endedItems(counts: RunCounts): number {
  return counts.scheduled - counts.running - counts.pending;
}
