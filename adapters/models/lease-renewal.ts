/**
 * Does its work at the earliest time that was asked for, and never twice at once. It keeps no
 * process alive.
 */
export function createRenewal(work: () => Promise<void>, afterwards: () => void) {
  let timer: NodeJS.Timeout | null = null;
  let dueAt = Number.POSITIVE_INFINITY;
  let running: Promise<void> | null = null;

  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    dueAt = Number.POSITIVE_INFINITY;
  };
  const run = async (): Promise<void> => {
    stop();
    running = work();
    await running;
    running = null;
    afterwards();
  };
  return {
    within(ms: number): void {
      const at = performance.now() + ms;
      if (running !== null || at >= dueAt) return;
      stop();
      if (ms <= 0) return void run();
      dueAt = at;
      timer = setTimeout(() => void run(), ms);
      timer.unref();
    },
    /** Ends it; resolves when the work under way is done. */
    async close(): Promise<void> {
      stop();
      await running;
      stop();
    },
  };
}
export type Renewal = ReturnType<typeof createRenewal>;
