import type { CallStep } from '../outcome.ts';
import type { CallRecord } from './call-store.ts';

/** What the calls of one step to one model of one account come to. */
export type SpendLine = {
  readonly account: string;
  readonly model: string;
  readonly step: CallStep;
  readonly calls: number;
  /** Settled spend, that of failed attempts and duplicates included. */
  readonly paidUsd: number;
  /** Requests that brought no usable reply, whatever was billed for them, and their settled spend. */
  readonly failedCalls: number;
  readonly failedUsd: number;
  readonly duplicateUsd: number;
  /** Calls whose price is not known, and what they can cost at most. */
  readonly openCalls: number;
  readonly openUsd: number;
};

/** What a run's money went to; read by whoever accounts for it, never by the run itself. */
export type SpendStore = {
  /** Ordered by step and model. */
  lines(runId: string): Promise<SpendLine[]>;
  /** Calls that are a duplicate, have no settlement, or have one without a price; oldest first. */
  doubtful(runId: string): Promise<CallRecord[]>;
  /** What each step would have cost without the call store; null where a call has no price. */
  listUsd(runId: string): Promise<ReadonlyMap<CallStep, number | null>>;
};
