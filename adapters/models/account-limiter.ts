import type { CallPlace, PlaceRequest } from '../../domain/call-place.ts';

type Account = { inFlight: number; places: number; readonly waiting: Set<() => void> };

/**
 * Bounds the calls in flight per account within this process, first come first served. The number
 * of places is given with each request, so a run that brings another one changes it.
 */
export function createAccountLimiter() {
  const accounts = new Map<string, Account>();

  const admit = (account: Account): void => {
    for (const next of account.waiting) {
      if (account.inFlight >= account.places) return;
      account.waiting.delete(next);
      account.inFlight += 1;
      next();
    }
  };
  /** Waits for a free place. */
  return async function acquire(
    { account: name, limits }: PlaceRequest,
    signal: AbortSignal,
  ): Promise<CallPlace> {
    signal.throwIfAborted();
    const places = Math.max(1, limits.concurrency);
    const account = accounts.get(name) ?? { inFlight: 0, places, waiting: new Set() };
    accounts.set(name, account);
    account.places = places;
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        account.waiting.delete(enter);
        reject(signal.reason as Error);
      };
      const enter = () => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      account.waiting.add(enter);
      signal.addEventListener('abort', giveUp, { once: true });
      admit(account);
    });
    let isHeld = true;
    return {
      release() {
        if (!isHeld) return;
        isHeld = false;
        account.inFlight -= 1;
        admit(account);
      },
    };
  };
}
