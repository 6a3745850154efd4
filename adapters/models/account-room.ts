import type { AccountLimits, CallEnd } from '../../domain/calls/call-place.ts';
import type { LeaseDemand, LeaseGrant } from '../../domain/limits/account-lease.ts';
import type { CallEnds } from '../../domain/limits/adaptive-concurrency.ts';
import { paceOf } from '../../domain/limits/token-bucket.ts';

/** How long places count without a renewal: less than the store's patience with this process. */
const placesCountMs = 4000;

/** How long granted requests and tokens may be used. */
const shareCountsMs = 1000;

/** Weight of the newest call in the mean. */
const newest = 0.2;

const noEnds: CallEnds = {
  succeeded: 0,
  throttled: 0,
  retryAfterMs: null,
  slowsGrowth: false,
};

/** What one process may use of one account until it renews its lease, and what it will say then. */
export type AccountRoom = {
  readonly inFlight: number;
  readonly requests: number;
  readonly tokens: number;
  readonly ends: LeaseDemand['ends'];
  /** Null while this process holds nothing. */
  readonly grant: LeaseGrant | null;
  /** By a clock that never goes back, as all times here. */
  readonly grantedAt: number;
  /** Of calls that ended. */
  readonly meanMs: number;
  /** Of calls that entered. */
  readonly meanTokens: number;
};

export const emptyRoom: AccountRoom = {
  inFlight: 0,
  requests: 0,
  tokens: 0,
  ends: noEnds,
  grant: null,
  grantedAt: 0,
  meanMs: 0,
  meanTokens: 0,
};

/** Whether the store has said lately what may be used. */
export function isKnown({ grant, grantedAt }: AccountRoom, now: number): boolean {
  return grant !== null && now - grantedAt <= placesCountMs;
}

/** Whether one more call may leave now. */
export function hasRoom(room: AccountRoom, now: number): boolean {
  const { grant, grantedAt, inFlight, requests, tokens } = room;
  if (grant === null || !isKnown(room, now) || inFlight >= grant.places) return false;
  if (now - grantedAt < grant.blockedMs) return false;
  const isFresh = now - grantedAt <= shareCountsMs;
  // The last tokens let one more call through, which is paid back before the next.
  const hasRequest = grant.requests === null || (isFresh && requests >= 1);
  return hasRequest && (grant.tokens === null || (isFresh && tokens > 0));
}

export function enterRoom(room: AccountRoom, expectedTokens: number): AccountRoom {
  return {
    ...room,
    inFlight: room.inFlight + 1,
    requests: room.requests - 1,
    tokens: room.tokens - expectedTokens,
    meanTokens: blend(room.meanTokens, expectedTokens),
  };
}

/** @param call.end  null when nothing left the process: its request and tokens are given back */
export function leaveRoom(
  room: AccountRoom,
  call: {
    readonly expectedTokens: number;
    readonly end: CallEnd | null;
    readonly tookMs: number;
  },
): AccountRoom {
  const { expectedTokens, end, tookMs } = call;
  const inFlight = room.inFlight - 1;
  if (end === null) {
    const { requests, tokens } = room;
    return { ...room, inFlight, requests: requests + 1, tokens: tokens + expectedTokens };
  }
  return {
    ...room,
    inFlight,
    tokens: room.tokens + expectedTokens - (tokensOf(end) ?? expectedTokens),
    meanMs: blend(room.meanMs, tookMs),
    ends: withEnd(room.ends, end),
  };
}

/** What is said to the store: what is left of the last grant goes back with it. */
export function sayOf({ grant, inFlight, requests, tokens, ends }: AccountRoom): Said {
  const requestsBack = grant === null || grant.requests === null ? 0 : requests;
  const tokensBack = grant === null || grant.tokens === null ? 0 : tokens;
  return { inFlight, requestsBack, tokensBack, ends };
}
export type Said = Pick<LeaseDemand, 'inFlight' | 'requestsBack' | 'tokensBack' | 'ends'>;

/** The room while the store is told: nothing may be used twice. */
export function whileSaying(room: AccountRoom): AccountRoom {
  return { ...room, requests: 0, tokens: 0, ends: noEnds };
}

/** @param grant  null when everything was given back */
export function withGrant(room: AccountRoom, grant: LeaseGrant | null, now: number): AccountRoom {
  return {
    ...room,
    grant,
    grantedAt: now,
    requests: room.requests + (grant?.requests ?? 0),
    tokens: room.tokens + (grant?.tokens ?? 0),
  };
}

/** The store could not be told: it is said again next time. */
export function asBefore(room: AccountRoom, said: Said): AccountRoom {
  return {
    ...room,
    requests: room.requests + said.requestsBack,
    tokens: room.tokens + said.tokensBack,
    ends: {
      succeeded: room.ends.succeeded + said.ends.succeeded,
      throttled: room.ends.throttled + said.ends.throttled,
      retryAfterMs: longer(room.ends.retryAfterMs, said.ends.retryAfterMs),
      slowsGrowth: room.ends.slowsGrowth || said.ends.slowsGrowth,
    },
  };
}

/** About how long somebody waits who has that many before it, in milliseconds. */
export function expectedWaitMs(
  room: AccountRoom,
  ahead: number,
  about: { readonly limits: AccountLimits; readonly now: number },
): number {
  const { grant, grantedAt, meanMs, meanTokens } = room;
  const perCall = (perMinute: number | null, amount: number): number =>
    perMinute === null ? 0 : (amount * 1000) / paceOf(perMinute).perSecond;
  const shareMs = Math.max(
    perCall(about.limits.requestsPerMinute, 1),
    perCall(about.limits.tokensPerMinute, meanTokens),
  );
  const paceMs = Math.max(
    meanMs / Math.max(1, grant?.places ?? 1),
    shareMs * (grant?.contenders ?? 1),
  );
  const blockedMs = Math.max(0, (grant?.blockedMs ?? 0) - (about.now - grantedAt));
  return blockedMs + (ahead + 1) * paceMs;
}

function blend(mean: number, value: number): number {
  return mean === 0 ? value : mean * (1 - newest) + value * newest;
}

function withEnd(ends: LeaseDemand['ends'], end: CallEnd): LeaseDemand['ends'] {
  if (end.failureClass === null) return { ...ends, succeeded: ends.succeeded + 1 };
  if (end.failureClass !== 'rate_limited') return ends;
  const retryAfterMs = longer(ends.retryAfterMs, end.retryAfterMs);
  const slowsGrowth = ends.slowsGrowth || end.slowsGrowth === true;
  return { ...ends, throttled: ends.throttled + 1, retryAfterMs, slowsGrowth };
}

function longer(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.max(one, other);
}

/** Null where the provider gave no figure. */
function tokensOf({ usage }: CallEnd): number | null {
  if (usage === null || (usage.promptTokens === null && usage.completionTokens === null))
    return null;
  return (usage.promptTokens ?? 0) + (usage.completionTokens ?? 0);
}
