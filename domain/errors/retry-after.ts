const longestMs = 15 * 60_000;

/** Numbers above this are times in seconds since 1970, not seconds to wait. */
const earliestEpochSeconds = 1_000_000_000;

/**
 * How long a provider asks to wait, in milliseconds, at most 15 minutes: `retry-after-ms`, else
 * `retry-after` (seconds or a date), else the longest of `x-ratelimit-reset*` ("1m30s"). Values of 0
 * or less say nothing.
 *
 * @param headers  names in lower case
 * @param nowMs  for dates; milliseconds since 1970
 * @returns null when the provider names no time
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  nowMs: number = Date.now(),
): number | null {
  const resets = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ratelimit-reset'))
    .map(([, value]) => resetMs(value, nowMs))
    .filter(isWait);
  const candidates = [
    Number(headers['retry-after-ms']),
    retryAfterHeader(headers['retry-after'], nowMs),
    Math.max(...resets),
  ];
  const wait = candidates.find(isWait);
  return wait === undefined ? null : Math.min(longestMs, Math.ceil(wait));
}

function isWait(ms: number): boolean {
  return Number.isFinite(ms) && ms > 0;
}

function retryAfterHeader(value: string | undefined, nowMs: number): number {
  if (value === undefined) return Number.NaN;
  const seconds = Number(value);
  return Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs;
}

/** "1m30s", "250ms", "2.5s", "3" (seconds), or the second since 1970 at which the limit ends. */
function resetMs(value: string, nowMs: number): number {
  if (/^[\d.]+$/.test(value)) {
    const seconds = Number(value);
    return seconds > earliestEpochSeconds ? seconds * 1000 - nowMs : seconds * 1000;
  }
  const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const parts = [...value.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  if (parts.length === 0 || value.startsWith('-')) return Number.NaN;
  return parts.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0),
    0,
  );
}
