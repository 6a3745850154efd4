/** What is left of a limit per minute; below 0 it is owed. */
export type Bucket = {
  readonly amount: number;
  /** Milliseconds since 1970. */
  readonly refilledAt: number;
};

/** How a limit per minute is handed out. */
export type Pace = { readonly perSecond: number; readonly capacity: number };

/** Clocks of two machines may differ by this much; more is a clock that was set back. */
const clockSkewMs = 5000;

/**
 * The pace at which any 60 seconds stay within a limit per minute, about 95 % of it. A bucket lets
 * a second's worth and one more through at once, what was handed out may be used up to a second
 * later, and the network moves requests by up to a second more: 63 seconds' worth at most.
 */
export function paceOf(perMinute: number): Pace {
  const perSecond = perMinute / 63;
  return { perSecond, capacity: 1 + perSecond };
}

/** A bucket that nobody has taken from. */
export function fullBucket(pace: Pace | null, now: number): Bucket {
  return { amount: pace?.capacity ?? 0, refilledAt: now };
}

/**
 * The bucket at `now`. A clock that was set back refills nothing, and counts from there; one that
 * is a little behind another machine's refills nothing until it has caught up.
 */
export function refill(bucket: Bucket, pace: Pace, now: number): Bucket {
  const elapsedMs = now - bucket.refilledAt;
  const refilledAt = elapsedMs < 0 && elapsedMs >= -clockSkewMs ? bucket.refilledAt : now;
  const gained = (Math.max(0, elapsedMs) / 1000) * pace.perSecond;
  return { amount: Math.min(pace.capacity, bucket.amount + gained), refilledAt };
}

/** Takes an amount, or gives a negative one back; never more than the capacity is kept. */
export function take(bucket: Bucket, amount: number, pace: Pace): Bucket {
  return { ...bucket, amount: Math.min(pace.capacity, bucket.amount - amount) };
}
