import type {
  AccountLimits,
  CallEnd,
  CallPlace,
  PlaceRequest,
} from '../../domain/calls/call-place.ts';
import { type LeaseDemand, type LeaseGrant, strictest } from '../../domain/limits/account-lease.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import {
  type AccountRoom,
  asBefore,
  emptyRoom,
  enterRoom,
  expectedWaitMs,
  hasRoom,
  isKnown,
  leaveRoom,
  sayOf,
  whileSaying,
  withGrant,
} from './account-room.ts';
import { type AwayCallers, createAwayCallers } from './away-callers.ts';
import { type Caller, type CallersInTurn, createCallersInTurn } from './callers-in-turn.ts';
import { createRenewal, type Renewal } from './lease-renewal.ts';

/** Who was sent away comes back this long before its turn, so that room is never left unused. */
const earlyMs = 5000;

/** A wait that is Temporal's: long enough to be worth it, short enough to notice changed limits. */
const away = { leastMs: 1000, mostMs: 300_000 } as const;

/** How often a lease is renewed. Requests and tokens count for one second: twice within it. */
const renewMs = { places: 1000, shares: 500, afterThrottle: 100, afterProblem: 1000 } as const;

/** A run's limits count for this long after its last call came. */
const limitsCountMs = 10_000;

/** One call that waits. */
export type Waiting = Caller & {
  readonly expectedTokens: number;
  readonly enter: () => void;
};

/** Says to the store what a line has to say, and asks what it may use. */
export type RenewLease = (demand: Omit<LeaseDemand, 'processId' | 'now'>) => Promise<LeaseGrant>;

/** The calls of one process that wait for one account, and what they may use of it. */
export type AccountLine = {
  readonly account: string;
  readonly lease: RenewLease;
  readonly renewal: Renewal;
  readonly callers: CallersInTurn<Waiting>;
  readonly awayCallers: AwayCallers;
  readonly limitsOfRun: Map<string, { readonly limits: AccountLimits; readonly at: number }>;
  room: AccountRoom;
  /** Why the last renewal failed; null when it did not. */
  problem: unknown;
  mostWaiting: number;
  longestWaitMs: number;
  sentAway: number;
  lastAskedAt: number;
};

export function openLine(account: string, lease: RenewLease): AccountLine {
  const line: AccountLine = {
    account,
    lease,
    renewal: createRenewal(
      () => renewLease(line),
      () => admit(line),
    ),
    callers: createCallersInTurn<Waiting>(),
    awayCallers: createAwayCallers(),
    limitsOfRun: new Map(),
    room: emptyRoom,
    problem: null,
    mostWaiting: 0,
    longestWaitMs: 0,
    sentAway: 0,
    lastAskedAt: 0,
  };
  return line;
}

/** When a caller first asked, in milliseconds since 1970; those that ask now never at the same time. */
export function askedAtOf(line: AccountLine, { askedAt }: PlaceRequest): number {
  if (askedAt !== undefined) return askedAt;
  const now = performance.timeOrigin + performance.now();
  line.lastAskedAt = Math.max(now, line.lastAskedAt + 0.001);
  return line.lastAskedAt;
}

/** Takes up the limits that a run brings, at once where they have changed. */
export function noteLimits(line: AccountLine, { runId, limits }: PlaceRequest): void {
  const now = performance.now();
  const { concurrency, requestsPerMinute, tokensPerMinute } = limits;
  const before = line.limitsOfRun.get(runId)?.limits;
  const named = { concurrency, requestsPerMinute, tokensPerMinute };
  line.limitsOfRun.set(runId, { limits: named, at: now });
  for (const [other, { at }] of line.limitsOfRun) {
    if (now - at > limitsCountMs) line.limitsOfRun.delete(other);
  }
  const hasChanged =
    before?.concurrency !== concurrency ||
    before.requestsPerMinute !== requestsPerMinute ||
    before.tokensPerMinute !== tokensPerMinute;
  if (before !== undefined && hasChanged) line.renewal.within(0);
}

/** Lets in who may go, and sees to it that the lease is renewed in time. */
export function admit(line: AccountLine): void {
  const { callers } = line;
  for (let next = callers.next(); next !== undefined; next = callers.next()) {
    if (!hasRoom(line.room, performance.now())) break;
    callers.enter(next);
    line.room = enterRoom(line.room, next.expectedTokens);
    next.enter();
  }
  if (callers.size() + line.room.inFlight > 0) line.renewal.within(dueMs(line));
}

/** The place of a call that has been let in. */
export function openPlace(line: AccountLine, expectedTokens: number): CallPlace {
  const leftAt = performance.now();
  let isHeld = true;
  return {
    release(end: CallEnd | null) {
      if (!isHeld) return;
      isHeld = false;
      const tookMs = performance.now() - leftAt;
      line.room = leaveRoom(line.room, { expectedTokens, end, tookMs });
      if (end?.failureClass === 'rate_limited') line.renewal.within(renewMs.afterThrottle);
      admit(line);
    },
  };
}

/** About how long one of those in line has to wait, in milliseconds. */
export function waitMsOf(line: AccountLine, caller: Caller): number {
  const ahead = line.callers.ahead(caller, line.awayCallers.expected());
  const about = { limits: limitsOf(line), now: performance.now() };
  return expectedWaitMs(line.room, ahead, about);
}

/** The rest of a wait as Temporal's, which holds no slot of a worker: what to throw. */
export function sendAway(line: AccountLine, request: PlaceRequest, caller: Waiting): unknown {
  line.sentAway += 1;
  const waitMs = waitMsOf(line, caller);
  const retryAfterMs = Math.round(Math.min(away.mostMs, Math.max(away.leastMs, waitMs - earlyMs)));
  const { runId, askedAt, priority } = caller;
  line.awayCallers.note(request, { runId, askedAt, priority }, retryAfterMs);
  const message = `Waits for its turn under the limits of account ${line.account}`;
  return line.problem ?? new StepError('rate_limited', 'wait', message, { retryAfterMs });
}

/** Tells the store what was used and takes what may be used next; without anything to do, nothing. */
export async function renewLease(line: AccountLine): Promise<void> {
  const said = sayOf(line.room);
  line.room = whileSaying(line.room);
  const waiting = line.callers.all();
  const isIdle = said.inFlight + waiting.length === 0;
  try {
    const grant = await line.lease({
      ...said,
      limits: limitsOf(line),
      waiting: waiting.length,
      waitingTokens: waiting.reduce((sum, { expectedTokens }) => sum + expectedTokens, 0),
    });
    line.room = withGrant(line.room, isIdle ? null : grant, performance.now());
    line.problem = null;
  } catch (error) {
    line.room = asBefore(line.room, said);
    line.problem = error;
  }
}

function limitsOf({ limitsOfRun }: AccountLine): AccountLimits {
  return strictest([...limitsOfRun.values()].map(({ limits }) => limits));
}

function dueMs(line: AccountLine): number {
  if (line.problem !== null) return renewMs.afterProblem;
  if (!isKnown(line.room, performance.now())) return 0;
  const { requestsPerMinute, tokensPerMinute } = limitsOf(line);
  return requestsPerMinute === null && tokensPerMinute === null ? renewMs.places : renewMs.shares;
}
