import { describe, expect, it } from 'vitest';
import {
  adapt,
  type AdaptiveConcurrency,
  allowedConcurrency,
  blockedMs,
  type CallEnds,
  untouched,
} from '../../../domain/limits/adaptive-concurrency.ts';

const success = (succeeded: number): CallEnds => ({
  succeeded,
  throttled: 0,
  retryAfterMs: null,
  slowsGrowth: false,
});
const refusal = (
  throttled: number,
  retryAfterMs: number | null = null,
  succeeded = 0,
): CallEnds => ({
  succeeded,
  throttled,
  retryAfterMs,
  slowsGrowth: false,
});

/** What each report, at its time in milliseconds, makes of the calls at once. */
function replay(
  configured: number,
  reports: readonly (readonly [now: number, ends: CallEnds])[],
  wantsMore = true,
) {
  let state: AdaptiveConcurrency = untouched;
  const values: number[] = [];
  const reasons: string[] = [];
  for (const [now, ends] of reports) {
    const next = adapt(state, { configured, ends, wantsMore, now });
    state = next.state;
    values.push(allowedConcurrency(state, configured));
    if (next.change !== null) reasons.push(`${next.change.value} ${next.change.reason}`);
  }
  return { state, values, reasons };
}

describe('how many calls at once an account is allowed', () => {
  it('is what is configured until a call is refused', () => {
    expect(replay(16, [[0, success(50)]]).values).toEqual([16]);
  });

  it('falls to four fifths once per episode, however many calls are refused', () => {
    const { values, reasons } = replay(16, [
      [1000, refusal(16)],
      [2000, refusal(3)],
      [15_000, refusal(1)],
      [16_000, refusal(1)],
      [31_000, refusal(9)],
    ]);

    expect(values).toEqual([12, 12, 12, 9, 7]);
    expect(reasons).toEqual(['12 throttled', '9 throttled', '7 throttled']);
  });

  it('grows by half per quarter of an hour after a refusal for growing too fast', () => {
    const falls = Array.from({ length: 12 }, (_, n) => [n * 20_000, refusal(1)] as const);
    const growth = Array.from(
      { length: 50 * 60 },
      (_, second) => [241_000 + second * 1000, success(1000)] as const,
    );

    const { values } = replay(100, [
      ...falls,
      [240_000, { ...refusal(1), slowsGrowth: true }],
      ...growth,
    ]);

    const after = (minutes: number) => values[12 + minutes * 60]!;
    expect([0, 14, 29, 44].map(after)).toEqual([4, 6, 9, 13]);
  });

  it('never falls below one call', () => {
    const episodes = Array.from({ length: 40 }, (_, i) => [i * 20_000, refusal(1)] as const);

    expect(replay(5, episodes).values.at(-1)).toBe(1);
  });

  it('grows by one a second at most, after as many successes as are allowed at once', () => {
    const { values } = replay(16, [
      [0, refusal(1)],
      [10_000, success(500)],
      [16_000, success(6)],
      [17_000, success(6)],
      [18_000, success(600)],
    ]);

    // The first report falls into the cooldown, two halves make one more.
    expect(values).toEqual([12, 12, 13, 13, 14]);
  });

  it('does not grow while nobody waits for more', () => {
    expect(
      replay(
        16,
        [
          [0, refusal(1)],
          [60_000, success(500)],
        ],
        false,
      ).values,
    ).toEqual([12, 12]);
  });

  it('comes back to what is configured and not above it', () => {
    const later = Array.from({ length: 10 }, (_, i) => [20_000 + i * 1000, success(99)] as const);
    const { values, reasons, state } = replay(4, [[0, refusal(1)], ...later]);

    expect(values.at(-1)).toBe(4);
    expect(Math.max(...values)).toBe(4);
    expect(reasons).toEqual(['3 throttled', '4 recovered']);
    expect(state).toEqual(untouched);
  });

  it('follows a changed configuration at once, up and down', () => {
    expect(allowedConcurrency(untouched, 40)).toBe(40);
    expect(allowedConcurrency({ ...untouched, value: 12.8 }, 8)).toBe(8);
    expect(allowedConcurrency({ ...untouched, value: 12.8 }, 40)).toBe(12);
  });
});

describe('how long a provider wants no calls', () => {
  const blockedAfter = (ends: CallEnds, now = 1000) =>
    blockedMs(replay(16, [[1000, ends]]).state, now);

  it('is what it asks for, where at least as many calls were refused as succeeded', () => {
    expect(blockedAfter(refusal(4, 30_000, 2))).toBe(30_000);
    expect(blockedAfter(refusal(4, 30_000, 2), 21_000)).toBe(10_000);
    expect(blockedAfter(refusal(4, 30_000, 2), 40_000)).toBe(0);
  });

  it('is nothing where most calls succeed, or no time was named', () => {
    expect(blockedAfter(refusal(1, 30_000, 20))).toBe(0);
    expect(blockedAfter(refusal(4))).toBe(0);
  });

  it('is a minute at most, and nothing to a clock that was set back', () => {
    expect(blockedAfter(refusal(4, 900_000))).toBe(60_000);
    expect(blockedAfter(refusal(4, 30_000), -3_600_000)).toBe(0);
  });

  it('lets nothing grow meanwhile', () => {
    const { values } = replay(16, [
      [0, refusal(4, 60_000)],
      [30_000, success(50)],
      [61_000, success(50)],
    ]);

    expect(values).toEqual([12, 12, 13]);
  });
});
