import type { RunBudget } from '../money/budget.ts';
import type { CallStep, FailureClass } from '../outcome.ts';

/** Tokens and pictures one call used; null where the provider gave no figure. */
export type CallUsage = {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly images: number | null;
  /** Of these tokens, those of pictures, where a provider prices them apart. */
  readonly imageTokens?: { readonly prompt: number; readonly completion: number };
};

/** Who asks: for counting attempts and spend. */
export type CallOwner = {
  readonly runId: string;
  readonly itemId: string;
  readonly sample: number;
  /** Of a judgement: the number of the judging. */
  readonly drive: number;
  readonly step: CallStep;
  readonly part: number;
};

/**
 * One request that may have been paid for. `open` = sent or about to be, nothing settled: the
 * reservation. `usable` = accepted and stored. `rejected` = a reply whose envelope was refused,
 * kept for audit and spend. `unbilled` = the provider refused it (4xx, 5xx) or it never left.
 */
export type CallRecord = CallOwner & {
  readonly callKey: string;
  /** Number of this request under its key, from 0. */
  readonly n: number;
  readonly state: 'open' | 'usable' | 'rejected' | 'unbilled';
  readonly account: string;
  readonly model: string;
  readonly activityId: string;
  readonly processId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly settledAt: number | null;
  readonly maxPriceUsd: number | null;
  readonly priceUsd: number | null;
  readonly usage: CallUsage | null;
  readonly failureClass: FailureClass | null;
  readonly action: 'retry' | 'wait' | 'fail' | 'stop' | null;
  readonly retryAfterMs: number | null;
  readonly httpStatus: number | null;
  /** A second usable response for one key: its spend is real, its content is not used. */
  readonly isDuplicate: boolean;
};

/** A stored raw response, exactly as the provider sent it. */
export type StoredResponse = {
  readonly n: number;
  readonly status: number;
  readonly body: Uint8Array;
};

/** What a run, or one account of it, has spent. */
export type Spending = {
  /** Null = the whole run. */
  readonly account: string | null;
  readonly calls: number;
  readonly settledUsd: number;
  /** Calls whose price is not known, each at its maximum. */
  readonly openUsd: number;
  /** What its cap is held against: of an account, what all runs have spent on it. */
  readonly counted: { readonly settledUsd: number; readonly openUsd: number };
  /** The cap that calls were last checked against; null = none. */
  readonly capUsd: number | null;
  /** When the run found 80 % of that cap settled, in milliseconds since 1970; null before. */
  readonly warnedAt: number | null;
};

export type CallStore = {
  /** The response that counts for this key, or null. */
  findUsable(callKey: string): Promise<{ record: CallRecord; response: StoredResponse } | null>;
  /**
   * Responses that were stored by a process that died before it settled their calls, oldest first.
   * They are paid for: whoever finds them settles them.
   */
  findUnsettled(callKey: string): Promise<StoredResponse[]>;
  /**
   * Writes the intent before the request leaves and returns its number. With a budget it is written
   * only if its maximum fits, and with an item's first call the estimate of the whole item; checked
   * and written in one transaction, so that processes together keep the cap.
   *
   * @throws {BudgetRefusal} when it does not fit: nothing was written
   */
  openIntent(
    intent: CallOwner &
      Pick<
        CallRecord,
        | 'callKey'
        | 'account'
        | 'model'
        | 'activityId'
        | 'processId'
        | 'startedAt'
        | 'deadlineAt'
        | 'maxPriceUsd'
      > & { readonly budget?: RunBudget | null },
  ): Promise<number>;
  /** Stores the raw response, create-only and durable, before anybody parses it. */
  storeResponse(callKey: string, response: StoredResponse): Promise<void>;
  /**
   * Ends an intent. A second `usable` for one key is kept as duplicate; the caller then adopts
   * the winner.
   * @returns the number of the response that counts for this key, or null when none does
   */
  settle(
    callKey: string,
    n: number,
    end: Pick<
      CallRecord,
      'settledAt' | 'priceUsd' | 'usage' | 'failureClass' | 'action' | 'retryAfterMs' | 'httpStatus'
    > & { readonly state: 'open' | 'usable' | 'rejected' | 'unbilled' },
  ): Promise<number | null>;
  /** What came back to one request, whatever became of it; null when nothing was kept. */
  findResponse(callKey: string, n: number): Promise<StoredResponse | null>;
  /** Every call of one step in one drive, oldest first. */
  ofStep(owner: CallOwner): Promise<CallRecord[]>;
  /** How the last calls of a run to an account ended, oldest first; null = with a usable reply. */
  lastEnds(runId: string, account: string, most: number): Promise<(FailureClass | null)[]>;
  /** Running totals of a run and of each of its accounts, the run's own first. */
  spending(runId: string): Promise<readonly Spending[]>;
  /**
   * Totals over a run. `openIntents` are calls without a settlement: possible duplicate spend.
   * `openUsd` also counts replies that came without the figures for their price, at their maximum.
   */
  ledger(runId: string): Promise<{
    readonly calls: number;
    readonly settledUsd: number;
    readonly openUsd: number;
    readonly duplicateUsd: number;
    readonly openIntents: readonly CallRecord[];
  }>;
};
