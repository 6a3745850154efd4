/** Counts what is under way at the same time, and the most there ever was. */
export type FlightCounter = {
  /** Runs `task` as one more thing under way. */
  during<Result>(task: () => Promise<Result>): Promise<Result>;
  peak(): number;
  /** Resolves as soon as nothing is under way. */
  landed(): Promise<void>;
};

/** A counter that starts at nothing under way. */
export function createFlightCounter(): FlightCounter {
  const underWay = new Set<Promise<unknown>>();
  let peak = 0;
  return {
    async during(task) {
      const flight = task();
      underWay.add(flight);
      peak = Math.max(peak, underWay.size);
      try {
        return await flight;
      } finally {
        underWay.delete(flight);
      }
    },
    peak: () => peak,
    async landed() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
