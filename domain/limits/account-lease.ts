import type { AccountLimits } from '../calls/call-place.ts';
import {
  adapt,
  type AdaptiveConcurrency,
  allowedConcurrency,
  blockedMs,
  type CallEnds,
  type ConcurrencyChange,
  untouched,
} from './adaptive-concurrency.ts';
import { drawShare } from './bucket-share.ts';
import { fairShare } from './fair-share.ts';
import { type Bucket, fullBucket, paceOf } from './token-bucket.ts';

/** What one process holds of an account; times in milliseconds since 1970. */
export type AccountLease = {
  readonly processId: string;
  readonly limits: AccountLimits;
  /** What others cannot have: what was granted, or what is still in flight beyond it. */
  readonly places: number;
  readonly wantedPlaces: number;
  /** Callers that wait. */
  readonly wantedRequests: number;
  /** Taken so far, compared with what the others have taken. */
  readonly takenRequests: number;
  readonly takenTokens: number;
  /** When it last had a place more than others. */
  readonly turnAt: number;
  readonly expiresAt: number;
};

/** Everything all processes share of one account. */
export type AccountState = {
  readonly requests: Bucket;
  readonly tokens: Bucket;
  readonly concurrency: AdaptiveConcurrency;
  readonly leases: readonly AccountLease[];
};

/** What a process says and asks when it renews its lease. */
export type LeaseDemand = {
  readonly processId: string;
  readonly limits: AccountLimits;
  readonly inFlight: number;
  readonly waiting: number;
  readonly waitingTokens: number;
  /** Granted before and not used; tokens below 0 were used beyond the grant. */
  readonly requestsBack: number;
  readonly tokensBack: number;
  readonly ends: CallEnds;
  /** Milliseconds since 1970 by the process' own clock. */
  readonly now: number;
};

/** What the process may use until it renews: places for 5 s, requests and tokens for one second. */
export type LeaseGrant = {
  /** Calls in flight, those under way included; below them, nothing may leave until they end. */
  readonly places: number;
  /** Requests that may leave; null = no limit. */
  readonly requests: number | null;
  readonly tokens: number | null;
  /** For so long the provider wants no calls, whatever the places. */
  readonly blockedMs: number;
  /** Processes that want requests of this account now, this one included. */
  readonly contenders: number;
};

/** After this a process that did not renew its lease is taken for dead, in milliseconds. */
export const leaseMs = 5000;

/** For so long after its last renewal what a process waits for is kept for it. */
const rivalMs = 1500;

/** A process has everything of an account that nobody else claims. */
export function shareOut(
  state: AccountState,
  demand: LeaseDemand,
): {
  readonly state: AccountState;
  readonly grant: LeaseGrant;
  readonly change: ConcurrencyChange | null;
} {
  const { processId, inFlight, waiting, ends, now } = demand;
  const others = state.leases.filter((one) => one.processId !== processId && isAlive(one, now));
  const mine = state.leases.find((one) => one.processId === processId);
  const limits = strictest([demand.limits, ...others.map((one) => one.limits)]);
  const { state: concurrency, change } = adapt(state.concurrency, {
    configured: limits.concurrency,
    ends,
    wantsMore: waiting > 0,
    now,
  });
  const blocked = blockedMs(concurrency, now);
  const total = allowedConcurrency(concurrency, limits.concurrency);
  const { granted, ...held } = holdPlaces(demand, { others, turnAt: mine?.turnAt ?? 0, total });
  const rivals = others.filter((one) => isRival(one, now));
  const isIdle = inFlight + waiting === 0;
  const drawn = drawBoth(state, demand, { limits, mine, rivals, isOpen: !isIdle && blocked === 0 });
  const lease: AccountLease = {
    processId,
    limits: demand.limits,
    wantedPlaces: inFlight + waiting,
    wantedRequests: waiting,
    takenRequests: drawn.requests.taken,
    takenTokens: drawn.tokens.taken,
    ...held,
    expiresAt: now + leaseMs,
  };
  const { requests, tokens } = drawn;
  const leases = isIdle ? others : [...others, lease];
  return {
    state: { requests: requests.bucket, tokens: tokens.bucket, concurrency, leases },
    grant: {
      places: granted,
      requests: requests.granted,
      tokens: tokens.granted,
      blockedMs: blocked,
      contenders: rivals.length + 1,
    },
    change,
  };
}

/** An account that nobody has used. */
export function unusedAccount(limits: AccountLimits, now: number): AccountState {
  const { requestsPerMinute, tokensPerMinute } = limits;
  return {
    requests: fullBucket(requestsPerMinute === null ? null : paceOf(requestsPerMinute), now),
    tokens: fullBucket(tokensPerMinute === null ? null : paceOf(tokensPerMinute), now),
    concurrency: untouched,
    leases: [],
  };
}

/** The strictest of what several runs or processes say of one account. */
export function strictest(all: readonly AccountLimits[]): AccountLimits {
  const least = (values: readonly (number | null)[]): number | null =>
    values.reduce((low, value) => (low === null || (value !== null && value < low) ? value : low));
  return {
    concurrency: Math.max(1, Math.min(...all.map(({ concurrency }) => concurrency))),
    requestsPerMinute: least(all.map(({ requestsPerMinute }) => requestsPerMinute)),
    tokensPerMinute: least(all.map(({ tokensPerMinute }) => tokensPerMinute)),
  };
}

/** A lease that ends later than any can was given by a clock that has been set back since. */
function isAlive({ expiresAt }: AccountLease, now: number): boolean {
  return expiresAt > now && expiresAt <= now + 2 * leaseMs;
}

/** Who waits for requests renews twice a second: one that is late does not hold up the others. */
function isRival({ wantedRequests, expiresAt }: AccountLease, now: number): boolean {
  return wantedRequests > 0 && expiresAt - leaseMs > now - rivalMs;
}

/** Its fair share, and what nobody claims, of what the others have let go of. */
function holdPlaces(
  { processId, inFlight, waiting, now }: LeaseDemand,
  about: {
    readonly others: readonly AccountLease[];
    readonly turnAt: number;
    readonly total: number;
  },
): { readonly granted: number; readonly places: number; readonly turnAt: number } {
  const { others, turnAt, total } = about;
  const claims = [
    { id: processId, wanted: inFlight + waiting, turnAt },
    ...others.map((lease) => ({
      id: lease.processId,
      wanted: lease.wantedPlaces,
      turnAt: lease.turnAt,
    })),
  ];
  const shares = fairShare(total, claims);
  const claimed = [...shares.places.values()].reduce((sum, places) => sum + places, 0);
  const target = (shares.places.get(processId) ?? 0) + total - claimed;
  const free = total - others.reduce((sum, lease) => sum + lease.places, 0);
  const granted = Math.max(0, Math.min(target, free));
  const hadTurn = shares.extra.has(processId) && granted > 0 && granted === target;
  return { granted, places: Math.max(inFlight, granted), turnAt: hadTurn ? now : turnAt };
}

/** What a process gets of both buckets. */
function drawBoth(
  state: AccountState,
  demand: LeaseDemand,
  about: {
    readonly limits: AccountLimits;
    readonly mine: AccountLease | undefined;
    /** Others that want requests now. */
    readonly rivals: readonly AccountLease[];
    /** Else nothing is handed out. */
    readonly isOpen: boolean;
  },
) {
  const { now, waiting, waitingTokens } = demand;
  const { limits, mine, rivals, isOpen } = about;
  const requests = drawShare(state.requests, limits.requestsPerMinute, {
    now,
    back: demand.requestsBack,
    taken: mine?.takenRequests ?? null,
    rivals: rivals.map((one) => one.takenRequests),
    wanted: isOpen ? waiting : null,
  });
  const tokens = drawShare(state.tokens, limits.tokensPerMinute, {
    now,
    back: demand.tokensBack,
    taken: mine?.takenTokens ?? null,
    rivals: rivals.map((one) => one.takenTokens),
    wanted: isOpen ? waitingTokens : null,
  });
  return { requests, tokens };
}
