import {
  type AccountLease,
  type AccountState,
  type LeaseDemand,
  shareOut,
  unusedAccount,
} from '../../domain/limits/account-lease.ts';
import {
  type AdaptiveConcurrency,
  allowedConcurrency,
  blockedMs,
  type ConcurrencyChange,
} from '../../domain/limits/adaptive-concurrency.ts';
import type { AccountStatus, AccountStore } from '../../domain/stores/account-store.ts';
import type { AccountColumns, AccountLeaseColumns } from './account-tables.ts';
import type { Connection, OpenTransaction } from './schema.ts';

/** Changes kept per account. */
const changesKept = 100;

/** The limits of accounts: one row each, one more per process that uses it. */
export function createAccountStore(db: Connection): AccountStore {
  return {
    lease: (account, demand) =>
      db.transaction().execute(async (trx) => {
        const shared = shareOut(await readState(trx, account, demand), demand);
        await writeState(trx, account, shared.state);
        await writeLease(trx, account, shared.state, demand.processId);
        if (shared.change !== null) await noteChange(trx, account, shared.change, demand.now);
        return shared.grant;
      }),

    async status(accounts, now) {
      if (accounts.length === 0) return [];
      const found = await db
        .selectFrom('accounts')
        .selectAll()
        .where('account', 'in', accounts)
        .orderBy('account')
        .execute();
      return Promise.all(found.map((columns) => readStatus(db, columns, now)));
    },
  };
}

async function readState(
  trx: OpenTransaction,
  account: string,
  { limits, now }: LeaseDemand,
): Promise<AccountState> {
  const configured = limits.concurrency;
  // Written first: from here on no other process reads the account before this one is done.
  const columns = await trx
    .insertInto('accounts')
    .values({ account, configured, ...stateColumns(unusedAccount(limits, now)) })
    .onConflict((conflict) => conflict.column('account').doUpdateSet({ configured }))
    .returningAll()
    .executeTakeFirstOrThrow();
  const leases = await trx
    .selectFrom('account_leases')
    .selectAll()
    .where('account', '=', account)
    .execute();
  return {
    requests: { amount: columns.requests_left, refilledAt: columns.requests_refilled_at },
    tokens: { amount: columns.tokens_left, refilledAt: columns.tokens_refilled_at },
    concurrency: concurrencyOf(columns),
    leases: leases.map(toLease),
  };
}

function stateColumns({ requests, tokens, concurrency }: AccountState) {
  return {
    requests_left: requests.amount,
    requests_refilled_at: requests.refilledAt,
    tokens_left: tokens.amount,
    tokens_refilled_at: tokens.refilledAt,
    concurrency: concurrency.value,
    decreased_at: concurrency.decreasedAt,
    grown_at: concurrency.grownAt,
    blocked_until: concurrency.blockedUntil,
    ramp_from: concurrency.ramp?.from ?? null,
    ramp_since: concurrency.ramp?.since ?? null,
  };
}

async function writeState(
  trx: OpenTransaction,
  account: string,
  state: AccountState,
): Promise<void> {
  await trx
    .updateTable('accounts')
    .set(stateColumns(state))
    .where('account', '=', account)
    .execute();
  // Leases of processes that died are not among those that are kept.
  const kept = state.leases.map(({ processId }) => processId);
  await trx
    .deleteFrom('account_leases')
    .where('account', '=', account)
    .$if(kept.length > 0, (query) => query.where('process_id', 'not in', kept))
    .execute();
}

async function writeLease(
  trx: OpenTransaction,
  account: string,
  { leases }: AccountState,
  holder: string,
): Promise<void> {
  const lease = leases.find(({ processId }) => processId === holder);
  if (lease === undefined) return;
  const { limits } = lease;
  const values = {
    concurrency: limits.concurrency,
    requests_per_minute: limits.requestsPerMinute,
    tokens_per_minute: limits.tokensPerMinute,
    places: lease.places,
    wanted_places: lease.wantedPlaces,
    wanted_requests: lease.wantedRequests,
    taken_requests: lease.takenRequests,
    taken_tokens: lease.takenTokens,
    turn_at: lease.turnAt,
    expires_at: lease.expiresAt,
  };
  await trx
    .insertInto('account_leases')
    .values({ account, process_id: lease.processId, ...values })
    .onConflict((conflict) => conflict.columns(['account', 'process_id']).doUpdateSet(values))
    .execute();
}

async function noteChange(
  trx: OpenTransaction,
  account: string,
  { value, reason }: ConcurrencyChange,
  now: number,
): Promise<void> {
  await trx
    .insertInto('account_changes')
    .values({ account, changed_at: now, value, reason })
    .execute();
  const oldest = await trx
    .selectFrom('account_changes')
    .select('change_id')
    .where('account', '=', account)
    .orderBy('change_id', 'desc')
    .offset(changesKept - 1)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await trx
    .deleteFrom('account_changes')
    .where('account', '=', account)
    .where('change_id', '<', oldest.change_id)
    .execute();
}

async function readStatus(
  db: Connection,
  columns: AccountColumns,
  now: number,
): Promise<AccountStatus> {
  const { account } = columns;
  const alive = await db
    .selectFrom('account_leases')
    .select('concurrency')
    .where('account', '=', account)
    .where('expires_at', '>', now)
    .execute();
  const changes = await db
    .selectFrom('account_changes')
    .select(['changed_at as changedAt', 'value', 'reason'])
    .where('account', '=', account)
    .orderBy('change_id', 'desc')
    .limit(changesKept)
    .execute();
  const configured =
    alive.length === 0
      ? columns.configured
      : Math.min(...alive.map(({ concurrency }) => concurrency));
  const state = concurrencyOf(columns);
  return {
    account,
    configured,
    current: allowedConcurrency(state, configured),
    blockedUntil: blockedMs(state, now) > 0 ? state.blockedUntil : null,
    changes,
  };
}

function concurrencyOf(columns: AccountColumns): AdaptiveConcurrency {
  return {
    value: columns.concurrency,
    decreasedAt: columns.decreased_at,
    grownAt: columns.grown_at,
    blockedUntil: columns.blocked_until,
    ramp:
      columns.ramp_from === null || columns.ramp_since === null
        ? null
        : { from: columns.ramp_from, since: columns.ramp_since },
  };
}

function toLease(columns: AccountLeaseColumns): AccountLease {
  return {
    processId: columns.process_id,
    limits: {
      concurrency: columns.concurrency,
      requestsPerMinute: columns.requests_per_minute,
      tokensPerMinute: columns.tokens_per_minute,
    },
    places: columns.places,
    wantedPlaces: columns.wanted_places,
    wantedRequests: columns.wanted_requests,
    takenRequests: columns.taken_requests,
    takenTokens: columns.taken_tokens,
    turnAt: columns.turn_at,
    expiresAt: columns.expires_at,
  };
}
