/**
 * Bounds the calls in flight per account within this process, first come first served. The number
 * of places is given with each request, so a run that brings another one changes it.
 */
export function createAccountLimiter() {
  const accounts = new Map<string, { inFlight: number; places: number; waiting: (() => void)[] }>();

  const admit = (account: { inFlight: number; places: number; waiting: (() => void)[] }): void => {
    while (account.inFlight < account.places) {
      const next = account.waiting.shift();
      if (next === undefined) return;
      account.inFlight += 1;
      next();
    }
  };
  /** Waits for a free place; the returned function gives it back and may be called once. */
  return async function acquire(name: string, places: number): Promise<() => void> {
    const account = accounts.get(name) ?? { inFlight: 0, places, waiting: [] };
    accounts.set(name, account);
    account.places = places;
    await new Promise<void>((resolve) => {
      account.waiting.push(resolve);
      admit(account);
    });
    return () => {
      account.inFlight -= 1;
      admit(account);
    };
  };
}
