/**
 * Lets the work of one key run one after the other, in the order in which it was asked for. Different
 * keys do not wait for each other, and a failure does not hold up what comes behind it. Whoever
 * still waits when `signal` aborts goes without having begun, and its reason is thrown.
 */
export function createTurns() {
  const last = new Map<string, Promise<unknown>>();
  return function inTurn<Result>(
    key: string,
    work: () => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const before = last.get(key);
    const mine = before === undefined ? work() : untilOver(before, signal).then(() => work());
    // Who comes next waits for everybody before it, also where this one has gone.
    const settled = Promise.allSettled([before, mine]);
    last.set(key, settled);
    void settled.then(() => last.get(key) === settled && last.delete(key));
    return mine;
  };
}

function untilOver(before: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason as Error);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    void before.then(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
  });
}
