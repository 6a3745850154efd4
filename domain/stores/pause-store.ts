/** An account that no call is made to for now, in any process. Times in milliseconds since 1970. */
export type AccountPause = {
  readonly account: string;
  readonly reason: string;
  readonly since: number;
  /** The next probe may leave then. */
  readonly until: number;
  /** Probes that failed. */
  readonly probes: number;
};

export type PauseStore = {
  find(account: string): Promise<AccountPause | null>;
  list(): Promise<AccountPause[]>;
  /** Pauses an account; one that is paused stays as it is. */
  open(pause: Omit<AccountPause, 'probes'>): Promise<void>;
  /**
   * Asks to be the one that probes: granted to one caller once the pause's `until` has passed, or
   * lies after `latest`, and until the time given nobody else may.
   */
  claimProbe(
    account: string,
    about: { readonly now: number; readonly latest: number; readonly until: number },
  ): Promise<boolean>;
  /** Gives a claim up that runs until `until`: from `now` on somebody else may probe. */
  returnProbe(account: string, until: number, now: number): Promise<void>;
  /** Notes that a probe failed, and when the next may leave. */
  extend(account: string, until: number): Promise<void>;
  close(account: string): Promise<void>;
};
