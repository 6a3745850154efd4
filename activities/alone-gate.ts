type Mode = 'together' | 'alone';

/**
 * Lets work go on together, or one alone while nothing else goes on. First come, first served: who
 * waits to be alone holds back those who come later.
 */
export function createAloneGate() {
  let together = 0;
  let isAlone = false;
  const waiting: { readonly mode: Mode; readonly enter: () => void }[] = [];

  const mayEnter = (mode: Mode): boolean => !isAlone && (mode === 'together' || together === 0);
  const take = (mode: Mode): void => {
    if (mode === 'alone') isAlone = true;
    else together += 1;
  };
  const leave = (mode: Mode): void => {
    if (mode === 'alone') isAlone = false;
    else together -= 1;
    for (let next = waiting[0]; next && mayEnter(next.mode); next = waiting[0]) {
      waiting.shift();
      take(next.mode);
      next.enter();
    }
  };

  return async function enter<Result>(mode: Mode, work: () => Promise<Result>): Promise<Result> {
    if (waiting.length === 0 && mayEnter(mode)) take(mode);
    else await new Promise<void>((resolve) => waiting.push({ mode, enter: resolve }));
    try {
      return await work();
    } finally {
      leave(mode);
    }
  };
}
