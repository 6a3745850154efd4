const windowMs = 60_000;

/** A limit on the requests that any 60 seconds bring, as providers keep it. */
export type RequestWindow = {
  /** Counts a request; returns how long it has to wait instead, in seconds, or null. */
  enter(nowMs: number): number | null;
};

/** Refused requests do not count. @param perMinute null lets everything in */
export function createRequestWindow(perMinute: number | null): RequestWindow {
  const arrivals: number[] = [];
  return {
    enter(nowMs) {
      if (perMinute === null) return null;
      while (arrivals[0] !== undefined && arrivals[0] <= nowMs - windowMs) arrivals.shift();
      const [oldest = nowMs] = arrivals;
      if (arrivals.length >= perMinute) return Math.ceil((oldest + windowMs - nowMs) / 1000);
      arrivals.push(nowMs);
      return null;
    },
  };
}
