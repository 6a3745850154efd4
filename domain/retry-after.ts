const longestMs = 15 * 60_000;

/**
 * How long a provider asks to wait, in milliseconds, at most 15 minutes: `retry-after-ms`, else
 * `retry-after` (seconds or a date), else the longest of `x-ratelimit-reset-*` ("1m30s"). Values
 * of 0 or less say nothing.
 *
 * @param nowMs  for a date; milliseconds since 1970
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  nowMs: number = Date.now(),
): number | null {
  const resets = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-ratelimit-reset-'))
    .map(([, value]) => durationMs(value));
  const candidates = [
    Number(headers['retry-after-ms']),
    retryAfterHeader(headers['retry-after'], nowMs),
    Math.max(...resets, Number.NEGATIVE_INFINITY),
  ];
  const wait = candidates.find((candidate) => Number.isFinite(candidate) && candidate > 0);
  return wait === undefined ? null : Math.min(longestMs, Math.ceil(wait));
}

function retryAfterHeader(value: string | undefined, nowMs: number): number {
  if (value === undefined) return Number.NaN;
  const seconds = Number(value);
  return Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs;
}

/** "1m30s", "250ms", "2.5s", "3" (seconds). */
function durationMs(value: string): number {
  if (/^[\d.]+$/.test(value)) return Number(value) * 1000;
  const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const parts = [...value.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  if (parts.length === 0) return Number.NaN;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0);
}
