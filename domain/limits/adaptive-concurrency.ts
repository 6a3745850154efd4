/** How many calls at once an account turned out to bear; times in milliseconds since 1970. */
export type AdaptiveConcurrency = {
  /** Below the configured number; null = the configured number. Grows by fractions. */
  readonly value: number | null;
  readonly decreasedAt: number | null;
  readonly grownAt: number | null;
  /** Until then the provider wants no calls. */
  readonly blockedUntil: number | null;
  /** Where the provider asked for slow growth: the calls at once that the present stretch began with. */
  readonly ramp: { readonly from: number; readonly since: number } | null;
};

/** How the calls of one process ended since it last said so. */
export type CallEnds = {
  readonly succeeded: number;
  /** Refused because of the account's limits. */
  readonly throttled: number;
  /** The longest wait that a throttled call was told, in milliseconds. */
  readonly retryAfterMs: number | null;
  /** One of them because the account had grown too fast. */
  readonly slowsGrowth: boolean;
};

export type ConcurrencyChange = {
  readonly value: number;
  readonly reason: 'throttled' | 'recovering' | 'recovered';
};

/** As nobody has been throttled yet. */
export const untouched: AdaptiveConcurrency = {
  value: null,
  decreasedAt: null,
  grownAt: null,
  blockedUntil: null,
  ramp: null,
};

const decrease = 0.8;

/** Refusals within this time belong to one episode, and nothing grows. */
const cooldownMs = 15_000;

/** An account is not held back for longer by one reply. */
const longestBlockMs = 60_000;

/** A slow ramp grows by half in each such stretch, as OpenAI asks after a `slow_down`. */
const ramp = { growth: 1.5, stretchMs: 15 * 60_000 } as const;

/** Growth is noted this often at most. */
const growthNotedMs = 60_000;

/** Calls at once that the account may have now. */
export function allowedConcurrency({ value }: AdaptiveConcurrency, configured: number): number {
  return Math.max(1, Math.floor(Math.min(value ?? configured, configured)));
}

/** Milliseconds for which the account may make no call. */
export function blockedMs({ blockedUntil }: AdaptiveConcurrency, now: number): number {
  const left = (blockedUntil ?? 0) - now;
  // More than was ever set: the clock was set back.
  return left > longestBlockMs ? 0 : Math.max(0, left);
}

/**
 * Additive increase, multiplicative decrease: x 0.8 once per episode of refusals, one more call at
 * once after as many successes as are allowed at once, and not faster than one a second. Where at
 * least as many calls were refused as succeeded, the account makes none until the provider's time
 * is over. After a refusal for growing too fast it grows by half per quarter of an hour at most,
 * until it has what is configured.
 *
 * @param report.wantsMore  whether more calls wait than may go; else nothing is learnt from success
 */
export function adapt(
  state: AdaptiveConcurrency,
  report: {
    readonly configured: number;
    readonly ends: CallEnds;
    readonly wantsMore: boolean;
    readonly now: number;
  },
): { readonly state: AdaptiveConcurrency; readonly change: ConcurrencyChange | null } {
  const { configured, ends, now } = report;
  if (ends.throttled > 0) {
    const blocked = { ...state, blockedUntil: blockUntil(state, ends, now) };
    const next = isCoolingDown(state, now)
      ? { state: blocked, change: null }
      : decreased(blocked, configured, now);
    if (!ends.slowsGrowth) return next;
    const from = allowedConcurrency(next.state, configured);
    return { ...next, state: { ...next.state, ramp: { from, since: now } } };
  }
  if (state.value === null || !report.wantsMore || isCoolingDown(state, now)) {
    return { state, change: null };
  }
  return grown(state, { ...report, value: state.value });
}

function decreased(state: AdaptiveConcurrency, configured: number, now: number) {
  const value = Math.max(1, allowedConcurrency(state, configured) * decrease);
  return {
    state: { ...state, value, decreasedAt: now, grownAt: now },
    change: { value: Math.floor(value), reason: 'throttled' } as const,
  };
}

function grown(
  state: AdaptiveConcurrency,
  report: {
    readonly value: number;
    readonly configured: number;
    readonly ends: CallEnds;
    readonly now: number;
  },
): { readonly state: AdaptiveConcurrency; readonly change: ConcurrencyChange | null } {
  const { value: before, configured, ends, now } = report;
  const since = now - (state.grownAt ?? now);
  const gain = Math.min(1, ends.succeeded / before, Math.max(0, since) / 1000);
  const stretch = stretchOf(state, before, now);
  const most = stretch === null ? configured : Math.max(before, stretch.from * ramp.growth);
  const value = Math.min(before + gain, most);
  if (value >= configured) {
    return { state: untouched, change: { value: configured, reason: 'recovered' } };
  }
  const isNoted =
    Math.floor(now / growthNotedMs) > Math.floor((state.grownAt ?? 0) / growthNotedMs);
  const change = isNoted ? ({ value: Math.floor(value), reason: 'recovering' } as const) : null;
  return { state: { ...state, value, grownAt: now, ramp: stretch }, change };
}

/** The stretch of a slow ramp that is under way, or a new one. */
function stretchOf({ ramp: last }: AdaptiveConcurrency, value: number, now: number) {
  if (last === null) return null;
  const since = now - last.since;
  const isUnderWay = since >= 0 && since < ramp.stretchMs;
  return isUnderWay ? last : { from: value, since: now };
}

function isCoolingDown(state: AdaptiveConcurrency, now: number): boolean {
  if (blockedMs(state, now) > 0) return true;
  if (state.decreasedAt === null) return false;
  const since = now - state.decreasedAt;
  return since >= 0 && since < cooldownMs;
}

function blockUntil(
  state: AdaptiveConcurrency,
  { succeeded, throttled, retryAfterMs }: CallEnds,
  now: number,
): number | null {
  if (throttled < succeeded || retryAfterMs === null) return state.blockedUntil;
  return Math.max(now + blockedMs(state, now), now + Math.min(retryAfterMs, longestBlockMs));
}
