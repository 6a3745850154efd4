import { describe, expect, it } from 'vitest';
import { fullBucket, paceOf, refill, take } from '../../../domain/limits/token-bucket.ts';

describe('a bucket that hands out a limit per minute', () => {
  it.each([1, 6, 61, 62, 600, 100_000])('hands out at least 95 %% of %d a minute', (perMinute) => {
    expect(paceOf(perMinute).perSecond * 60).toBeGreaterThan(perMinute * 0.95);
    expect(paceOf(perMinute).perSecond * 60).toBeLessThan(perMinute);
  });

  it('never holds more than a second of its limit and one more', () => {
    const pace = paceOf(600);
    const bucket = refill(fullBucket(pace, 0), pace, 3_600_000);

    expect(bucket.amount).toBe(pace.capacity);
    expect(take(bucket, -50, pace).amount).toBe(pace.capacity);
  });

  it('refills nothing for a clock that was set back, and goes on from there', () => {
    const pace = paceOf(600);
    const empty = take(fullBucket(pace, 3_600_000), pace.capacity, pace);

    const back = refill(empty, pace, 0);

    expect(back).toEqual({ amount: 0, refilledAt: 0 });
    expect(refill(back, pace, 500).amount).toBeCloseTo(pace.perSecond / 2);
  });

  it('does not refill twice for two machines whose clocks differ a little', () => {
    const pace = paceOf(600);
    let bucket = take(fullBucket(pace, 10_000), pace.capacity, pace);

    bucket = refill(bucket, pace, 8000);
    bucket = refill(bucket, pace, 10_100);

    expect(bucket.amount).toBeCloseTo(pace.perSecond / 10);
  });
});
