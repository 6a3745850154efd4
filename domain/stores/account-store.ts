import type { LeaseDemand, LeaseGrant } from '../limits/account-lease.ts';
import type { ConcurrencyChange } from '../limits/adaptive-concurrency.ts';

/** What is in force for one account, for people. */
export type AccountStatus = {
  readonly account: string;
  /** Calls at once that the configuration allows, where the processes at work agree the least. */
  readonly configured: number;
  /** Calls at once that the account is allowed now. */
  readonly current: number;
  /** Until then no call is made because the provider said so; null when it did not. */
  readonly blockedUntil: number | null;
  /** Newest first, at most 100; times in milliseconds since 1970. */
  readonly changes: readonly (ConcurrencyChange & { readonly changedAt: number })[];
};

/** What all processes and runs share of the accounts they call. */
export type AccountStore = {
  /**
   * Renews what a process holds of an account, in one short transaction. A process with nothing in
   * flight and nobody waiting gives everything back.
   */
  lease(account: string, demand: LeaseDemand): Promise<LeaseGrant>;
  /** Accounts that nobody has used yet are left out. */
  status(accounts: readonly string[], now: number): Promise<AccountStatus[]>;
};
