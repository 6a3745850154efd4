import {
  type AccountHealth,
  noteCall,
  showsHealth,
  unseenHealth,
} from '../domain/limits/account-health.ts';
import type { ClassifiedFailure } from '../domain/errors/error-table.ts';
import type { FailureClass } from '../domain/outcome.ts';
import { StepError } from '../domain/errors/step-error.ts';
import { callsLookedBackAt, stopsRun } from '../domain/errors/stop-rule.ts';
import type { CallStore } from '../domain/stores/call-store.ts';
import type { AccountPause, PauseStore } from '../domain/stores/pause-store.ts';
import { createSuspectKeys } from './suspect-keys.ts';

export type AccountGuardDependencies = {
  readonly pauses: PauseStore;
  readonly calls: Pick<CallStore, 'lastEnds'>;
  readonly now: () => number;
  /** Told when an account is paused and when it answers again. */
  readonly onNote: (note: string) => void;
};

/** A call that is about to be made. */
export type GuardedCall = {
  readonly runId: string;
  readonly itemId: string;
  readonly account: string;
  /** The longest that it takes. */
  readonly timeoutMs: number;
};

/** Watches over one call. */
export type CallWatch = {
  /** @throws {StepError} action `wait` when the account was paused, or its key refused, meanwhile */
  requireOpen(): Promise<void>;
  /** Takes in how the call ended, and says what its failure means with all that is known. */
  readonly weigh: WeighFailure;
  /** To be called at the end: a probe that made no call leaves its turn to another. */
  leave(): Promise<void>;
};

/** What a failure means with all that is known; null for a usable reply. */
export type WeighFailure = (failure: ClassifiedFailure | null) => Promise<ClassifiedFailure | null>;

/** How long an answer of the database counts. */
const freshMs = 1000;

const firstProbeMs = 30_000;
const longestProbeMs = 5 * 60_000;

type Guarding = AccountGuardDependencies & {
  readonly known: Map<string, { readonly at: number; readonly pause: AccountPause | null }>;
  readonly healths: Map<string, AccountHealth>;
  /** How the last calls of a run to an account ended. */
  readonly ends: Map<string, readonly (FailureClass | null)[]>;
};

/**
 * Pauses accounts whose provider is out of order, for all processes: while one is paused no call is
 * made to it but one probe at a time, and a probe that brings a reply opens it again. Says as well
 * when a failure is the whole run's.
 */
export function createAccountGuard(dependencies: AccountGuardDependencies) {
  const guarding: Guarding = {
    ...dependencies,
    known: new Map(),
    healths: new Map(),
    ends: new Map(),
  };
  const keys = createSuspectKeys(dependencies.now);
  /**
   * Asks for leave to make a call, before anything is waited for.
   *
   * @throws {StepError} action `wait` while the account is paused and it is not our turn to probe
   */
  return async function enter(call: GuardedCall): Promise<CallWatch> {
    const { account, timeoutMs } = call;
    const keyCheck = keys.enter(account, timeoutMs);
    const probeUntil = await takesProbe(guarding, call);
    const isProbe = probeUntil !== null;
    let isWeighed = false;
    return {
      async leave() {
        if (isProbe && !isWeighed) await giveProbeBack(guarding, account, probeUntil);
      },
      async requireOpen() {
        if (!isProbe) await requireOpen(guarding, account);
        keys.requireTrusted(account, keyCheck);
      },
      async weigh(found) {
        isWeighed = true;
        const failure = keys.weigh(account, keyCheck, found);
        const isStop = failure !== null && (await isTheRuns(guarding, call, failure));
        noteEnd(guarding, call, failure);
        if (isStop) return stopping(failure);
        if (isProbe) await endProbe(guarding, account, failure);
        else await takeIn(guarding, call, failure);
        return failure === null ? null : await whilePaused(guarding, account, failure);
      },
    };
  };
}
export type AccountGuard = ReturnType<typeof createAccountGuard>;

/** Watches a call where there is a guard. */
export function watchCall(guard: AccountGuard | undefined, call: GuardedCall): Promise<CallWatch> {
  return guard?.(call) ?? Promise.resolve(unwatched);
}

/** A call that nobody watches, such as one that another process made. */
export const unwatched: CallWatch = {
  requireOpen: () => Promise.resolve(),
  weigh: (failure) => Promise.resolve(failure),
  leave: () => Promise.resolve(),
};

async function pauseOf(
  { known, pauses, now }: Guarding,
  account: string,
): Promise<AccountPause | null> {
  const last = known.get(account);
  const ageMs = now() - (last?.at ?? 0);
  // A negative age: the clock was set back.
  if (last !== undefined && ageMs >= 0 && ageMs < freshMs) return last.pause;
  const pause = await pauses.find(account);
  known.set(account, { at: now(), pause });
  return pause;
}

async function requireOpen(guarding: Guarding, account: string): Promise<void> {
  const pause = await pauseOf(guarding, account);
  if (pause !== null) throw pausedError(pause, guarding.now());
}

/** Until when the call is the one that probes a paused account; null where it is none. */
async function takesProbe(
  guarding: Guarding,
  { account, timeoutMs }: GuardedCall,
): Promise<number | null> {
  const { pauses, known, now } = guarding;
  const pause = await pauseOf(guarding, account);
  if (pause === null) return null;
  const at = now();
  // No pause is meant to last longer than this: such a one was written by a clock since set back.
  const latest = at + longestProbeMs + timeoutMs + freshMs;
  if (pause.until > at && pause.until <= latest) throw pausedError(pause, at);
  // A prober that dies gives the turn up when its call would have ended.
  const until = at + timeoutMs + freshMs;
  const isOurs = await pauses.claimProbe(account, { now: at, latest, until });
  known.delete(account);
  if (!isOurs) throw pausedError((await pauseOf(guarding, account)) ?? pause, at);
  return until;
}

async function giveProbeBack(
  { pauses, known, now }: Guarding,
  account: string,
  until: number,
): Promise<void> {
  await pauses.returnProbe(account, until, now());
  known.delete(account);
}

async function endProbe(
  { pauses, known, healths, now, onNote }: Guarding,
  account: string,
  failure: ClassifiedFailure | null,
): Promise<void> {
  const pause = await pauses.find(account);
  known.delete(account);
  if (pause === null) return;
  if (showsHealth(failure)) {
    await pauses.close(account);
    healths.delete(account);
    onNote(`${account} answers again`);
    return;
  }
  const nextMs = Math.min(longestProbeMs, firstProbeMs * 2 ** (pause.probes + 1));
  await pauses.extend(account, now() + nextMs);
  onNote(`${account} is still paused: ${pause.reason}; next probe in ${nextMs / 1000} s`);
}

/** Pauses the account where this end was one too many. */
async function takeIn(
  guarding: Guarding,
  { account, itemId }: GuardedCall,
  failure: ClassifiedFailure | null,
): Promise<void> {
  const { healths, pauses, known, now, onNote } = guarding;
  const report = { failure, itemId, now: now() };
  const { health, pause } = noteCall(healths.get(account) ?? unseenHealth, report);
  healths.set(account, pause === null ? health : unseenHealth);
  if (pause === null || (await pauseOf(guarding, account)) !== null) return;
  await pauses.open({ account, reason: pause, since: now(), until: now() + firstProbeMs });
  known.delete(account);
  const seconds = firstProbeMs / 1000;
  onNote(`${account} paused: ${pause} (${failure?.message}); next probe in ${seconds} s`);
}

/** Calls of a paused account wait instead of trying again. */
async function whilePaused(
  guarding: Guarding,
  account: string,
  failure: ClassifiedFailure,
): Promise<ClassifiedFailure> {
  const pause = failure.pause === undefined ? null : await pauseOf(guarding, account);
  if (pause === null) return failure;
  if (failure.pause?.when === 'at-once') {
    const { stopAfterMs = Number.POSITIVE_INFINITY } = failure.pause;
    if (guarding.now() - pause.since >= stopAfterMs) return { ...failure, action: 'stop' };
  }
  if (failure.action !== 'retry' && failure.action !== 'wait') return failure;
  // Without a time: the next try meets the pause, which names one and counts against nothing.
  const { backoff: _, retryAfterMs: __, ...rest } = failure;
  return { ...rest, action: 'wait' };
}

async function isTheRuns(
  { ends, calls }: Guarding,
  call: GuardedCall,
  failure: ClassifiedFailure,
): Promise<boolean> {
  if (failure.stopsWhen === undefined) return false;
  const seen = ends.get(nameOf(call)) ?? [];
  // What another process, or this one before a restart, has seen counts as well.
  const isAll = seen.length >= callsLookedBackAt;
  const { runId, account } = call;
  return stopsRun(failure, isAll ? seen : await calls.lastEnds(runId, account, callsLookedBackAt));
}

function noteEnd({ ends }: Guarding, call: GuardedCall, failure: ClassifiedFailure | null): void {
  const before = ends.get(nameOf(call)) ?? [];
  ends.set(nameOf(call), [...before, failure?.class ?? null].slice(-callsLookedBackAt));
}

function nameOf({ runId, account }: GuardedCall): string {
  return `${runId}/${account}`;
}

/** One more try where the row allows it, then the end. */
function stopping(failure: ClassifiedFailure): ClassifiedFailure {
  return failure.action === 'retry'
    ? { ...failure, afterwards: 'stop' }
    : { ...failure, action: 'stop' };
}

function pausedError({ account, reason, until }: AccountPause, at: number): StepError {
  const retryAfterMs = Math.max(freshMs, until - at);
  const seconds = Math.ceil(retryAfterMs / 1000);
  const what = `${account} is paused: ${reason}; next probe in ${seconds} s`;
  return new StepError('provider_error', 'wait', what, { retryAfterMs });
}
