import type { ConcurrencyChange } from '../domain/limits/adaptive-concurrency.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import type { AccountStore } from '../domain/stores/account-store.ts';

/** What is in force for one account of a run; times are milliseconds since 1970. */
export type AccountLimit = {
  readonly account: string;
  /** Calls at once: as configured, and as allowed now. */
  readonly concurrency: { readonly configured: number; readonly current: number };
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  /** Until then no call is made because the provider said so; else null. */
  readonly blockedUntil: number | null;
  /** The last changes of the calls at once, newest first, at most ten. */
  readonly changes: readonly (ConcurrencyChange & { readonly changedAt: number })[];
};

/** Changes shown per account. */
const changesShown = 10;

/** The limits of every account that a run calls. */
export async function readAccountLimits(
  accounts: Pick<AccountStore, 'status'>,
  { models, imported }: RunSpec,
): Promise<AccountLimit[]> {
  if (imported !== undefined) return [];
  const { answer, plan, image } = models;
  const paid = [answer, plan, ...(image === null ? [] : [image])];
  const byAccount = new Map(paid.toReversed().map((model) => [model.account, model]));
  const used = await accounts.status([...byAccount.keys()], Date.now());
  return [...byAccount].toReversed().map(([account, model]) => {
    const known = used.find((one) => one.account === account);
    const { requestsPerMinute, tokensPerMinute, concurrency } = model;
    const configured = known?.configured ?? concurrency;
    return {
      account,
      concurrency: { configured, current: known?.current ?? configured },
      requestsPerMinute,
      tokensPerMinute,
      blockedUntil: known?.blockedUntil ?? null,
      changes: known?.changes.slice(0, changesShown) ?? [],
    };
  });
}
