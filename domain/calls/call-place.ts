import type { FailureClass } from '../outcome.ts';
import type { CallUsage } from '../stores/call-store.ts';

/** What a run's configuration allows an account; null = no limit of ours. */
export type AccountLimits = {
  /** Calls in flight, at least 1. */
  readonly concurrency: number;
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
};

/** One request that asks to be let through. */
export type PlaceRequest = {
  readonly account: string;
  /** Callers of different runs are let through in turn. */
  readonly runId: string;
  /** Of the run: decides how often it has its turn. @default the usual one */
  readonly priority?: number;
  /**
   * When its step was first scheduled, in milliseconds since 1970 by the server's clock: who comes
   * back to another process keeps its turn. @default now
   */
  readonly askedAt?: number;
  /** Names the call: who comes back after it was sent away keeps its turn. */
  readonly ticket: string;
  readonly limits: AccountLimits;
  /** Prompt and completion tokens that it will probably use. */
  readonly expectedTokens: number;
};

/** What became of a request that had left. */
export type CallEnd = {
  /** Null where the provider gave no figures. */
  readonly usage: CallUsage | null;
  /** Null when it brought a usable reply. */
  readonly failureClass: FailureClass | null;
  /** How long the provider asks to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** The provider finds that the account has grown too fast. */
  readonly slowsGrowth?: boolean;
};

/** Leave to make one request. */
export type CallPlace = {
  /** Gives the place back, once; null = nothing left this process. */
  release(end: CallEnd | null): void;
};
