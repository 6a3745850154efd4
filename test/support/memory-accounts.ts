import { createAccountLimiter } from '../../adapters/models/account-limiter.ts';
import {
  type AccountState,
  type LeaseDemand,
  shareOut,
  unusedAccount,
} from '../../domain/limits/account-lease.ts';

/** Accounts kept in memory, shared out by the product's own rule. */
export function createMemoryAccounts() {
  const states = new Map<string, AccountState>();
  const demands: LeaseDemand[] = [];
  return {
    /** Every demand, oldest first. */
    demands,
    stateOf: (account: string) => states.get(account),
    async lease(account: string, demand: LeaseDemand) {
      demands.push(demand);
      const state = states.get(account) ?? unusedAccount(demand.limits, demand.now);
      const shared = shareOut(state, demand);
      states.set(account, shared.state);
      return shared.grant;
    },
  };
}

/** The limiter of one process that has its accounts for itself. */
export const createLoneLimiter = () => createAccountLimiter(createMemoryAccounts(), 'p1');
