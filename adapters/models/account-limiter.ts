import type { CallPlace, PlaceRequest } from '../../domain/calls/call-place.ts';
import { priorities } from '../../domain/priority.ts';
import type { AccountStore } from '../../domain/stores/account-store.ts';
import {
  type AccountLine,
  admit,
  askedAtOf,
  noteLimits,
  openLine,
  openPlace,
  renewLease,
  sendAway,
  waitMsOf,
} from './account-line.ts';
import { isKnown } from './account-room.ts';

/** A call waits this long in the process at most; beyond it the wait is Temporal's. */
const longestWaitMs = 10_000;

/** What waiting for one account came to so far in this process. */
export type AccountWaits = Pick<AccountLine, 'account' | 'mostWaiting' | 'longestWaitMs'> & {
  readonly inFlight: number;
  readonly waiting: number;
  /** Calls whose wait was handed to Temporal. */
  readonly sentAway: number;
};

/**
 * Lets calls through as the limits of their account allow, over all processes and runs that share
 * the store: calls in flight, requests and tokens a minute. What this process may use is leased in
 * shares, in one or two transactions a second for an account at work and none for an idle one.
 *
 * @param processId  names this process among those that lease
 */
export function createAccountLimiter({ lease }: Pick<AccountStore, 'lease'>, processId: string) {
  const lines = new Map<string, AccountLine>();
  const lineOf = (account: string): AccountLine => {
    const renew: AccountLine['lease'] = (demand) =>
      lease(account, { ...demand, processId, now: Date.now() });
    const line = lines.get(account) ?? openLine(account, renew);
    lines.set(account, line);
    return line;
  };
  return {
    /**
     * Waits until the account has room for one request: at most 10 s, and without holding a place.
     *
     * @param signal  ends the wait; its reason is thrown
     * @throws {StepError} action `wait`, with the rest of a longer wait; it is nobody's fault, so
     *   it counts neither as attempt nor against `maxWaitMs`
     */
    async acquire(request: PlaceRequest, signal: AbortSignal): Promise<CallPlace> {
      signal.throwIfAborted();
      const line = lineOf(request.account);
      noteLimits(line, request);
      await untilTurn(line, request, signal);
      return openPlace(line, request.expectedTokens);
    },
    waits: (): AccountWaits[] =>
      [...lines.values()].map((line) => {
        const { account, mostWaiting, longestWaitMs: longest, sentAway: sent } = line;
        const counts = { inFlight: line.room.inFlight, waiting: line.callers.size() };
        return { account, ...counts, mostWaiting, longestWaitMs: longest, sentAway: sent };
      }),
    /** Gives back what is held, so that the next process need not wait for it to expire. */
    async close(): Promise<void> {
      for (const line of lines.values()) {
        await line.renewal.close();
        const isHeld = isKnown(line.room, performance.now()) && line.room.inFlight === 0;
        if (isHeld) await renewLease(line);
      }
    },
  };
}

/** Waits in line; long waits are handed to Temporal at once, others when they turn out to be long. */
function untilTurn(line: AccountLine, request: PlaceRequest, signal: AbortSignal): Promise<void> {
  const { runId, expectedTokens, priority = priorities.usual } = request;
  const beganAt = performance.now();
  const askedAt = line.awayCallers.takeBack(request) ?? askedAtOf(line, request);
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(patience);
      signal.removeEventListener('abort', giveUp);
      line.longestWaitMs = Math.max(line.longestWaitMs, performance.now() - beganAt);
    };
    const enter = (): void => {
      end();
      resolve();
    };
    const caller = { runId, priority, askedAt, expectedTokens, enter };
    const refuse = (error: unknown): void => {
      line.callers.remove(caller);
      end();
      reject(error);
    };
    const giveUp = (): void => refuse(signal.reason);
    const leave = (): void => refuse(sendAway(line, request, caller));
    const patience = setTimeout(leave, longestWaitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    line.callers.add(caller);
    admit(line);
    if (!line.callers.has(caller)) return;
    if (waitMsOf(line, caller) > longestWaitMs) return leave();
    line.mostWaiting = Math.max(line.mostWaiting, line.callers.size());
  });
}
