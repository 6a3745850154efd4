import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAccountLimiter } from '../../../adapters/models/account-limiter.ts';
import type { AccountLimits, CallEnd } from '../../../domain/calls/call-place.ts';
import { StepError } from '../../../domain/errors/step-error.ts';
import { createMemoryAccounts } from '../../support/memory-accounts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const good: CallEnd = { usage: null, failureClass: null, retryAfterMs: null };
const never = new AbortController().signal;

/** One process; `call` makes a call of a run that takes `tookMs`, and says when it left. */
function openProcess(
  limits: Partial<AccountLimits>,
  accounts = createMemoryAccounts(),
  priorities: Readonly<Record<string, number>> = {},
) {
  const limiter = createAccountLimiter(accounts, 'p1');
  const left: { readonly runId: string; readonly ticket: string; readonly at: number }[] = [];
  const refused: StepError[] = [];
  const call = async (runId: string, ticket: string, tookMs = 0, end = good) => {
    const all = { concurrency: 4, requestsPerMinute: null, tokensPerMinute: null, ...limits };
    const { [runId]: priority = 3 } = priorities;
    const about = { account: 'a', runId, priority, ticket, limits: all, expectedTokens: 100 };
    const place = await limiter.acquire(about, never).catch((error: unknown) => {
      refused.push(error as StepError);
      return null;
    });
    if (place === null) return;
    left.push({ runId, ticket, at: Date.now() });
    await new Promise((done) => setTimeout(done, tookMs));
    place.release(end);
  };
  return { limiter, accounts, left, refused, call };
}

describe('calls of two runs in one process', () => {
  it('are let through in turn, whoever asked first', async () => {
    const { call, left } = openProcess({ concurrency: 1 });
    for (let i = 0; i < 30; i += 1) void call('large', `${i}`, 100);
    for (let i = 0; i < 5; i += 1) void call('small', `${i}`, 100);

    await vi.advanceTimersByTimeAsync(1050);

    const first = left.slice(0, 11).map(({ runId }) => runId);
    expect(first.filter((runId) => runId === 'small')).toHaveLength(5);
  });
});

/** Calls again and again, each time for as long as it is told to wait, as Temporal would. */
async function callUntil(
  { call, left, refused }: ReturnType<typeof openProcess>,
  runId: string,
  ticket: string,
): Promise<void> {
  const isThrough = () => left.some((one) => one.runId === runId && one.ticket === ticket);
  for (;;) {
    const before = refused.length;
    await call(runId, ticket);
    if (isThrough()) return;
    await new Promise((done) => setTimeout(done, refused[before]?.retryAfterMs ?? 1000));
  }
}

describe('two runs under one limit', () => {
  const callsOf = (process: ReturnType<typeof openProcess>, runId: string, count: number) => {
    for (let i = 0; i < count; i += 1) void callUntil(process, runId, `${i}`);
  };
  const countOf = ({ left }: ReturnType<typeof openProcess>, runId: string) =>
    left.filter((one) => one.runId === runId).length;

  it('a small one is not held up by the waits of a large one', async () => {
    const process = openProcess({ requestsPerMinute: 60 });
    callsOf(process, 'large', 300);
    await vi.advanceTimersByTimeAsync(5000);
    callsOf(process, 'small', 4);

    await vi.advanceTimersByTimeAsync(20_000);

    expect(countOf(process, 'small')).toBe(4);
  });

  it.each([
    [1, 5],
    [2, 4],
    [3, 3],
  ])('priorities %d and %d share it as 6 less them', async (one, other) => {
    const process = openProcess({ requestsPerMinute: 60 }, undefined, { one, other });
    callsOf(process, 'other', 300);
    callsOf(process, 'one', 300);

    await vi.advanceTimersByTimeAsync(240_000);

    const [ones, others] = [countOf(process, 'one'), countOf(process, 'other')];
    expect(ones + others).toBeGreaterThan(200);
    const part = (6 - one) / (12 - one - other);
    expect(ones / (ones + others)).toBeGreaterThan(part - 0.07);
    expect(ones / (ones + others)).toBeLessThan(part + 0.07);
  });
});

describe('waits', () => {
  it('of more than ten seconds are handed back at once, the others stay', async () => {
    const { call, left, refused, limiter } = openProcess({ requestsPerMinute: 60 });
    for (let i = 0; i < 40; i += 1) void call('r', `${i}`);

    await vi.advanceTimersByTimeAsync(1);

    const [waits] = limiter.waits();
    expect(waits).toMatchObject({ sentAway: refused.length, waiting: 40 - 1 - refused.length });
    expect(waits!.waiting).toBeLessThanOrEqual(11);
    for (const error of refused) {
      expect(error).toMatchObject({ failureClass: 'rate_limited', action: 'wait' });
      expect(error.attempts).toBeUndefined();
      expect(error.retryAfterMs).toBeGreaterThanOrEqual(5000);
    }
    await vi.advanceTimersByTimeAsync(20_000);
    expect(left.length).toBe(40 - refused.length);
    expect(limiter.waits()[0]!.longestWaitMs).toBeLessThanOrEqual(10_100);
  });

  it('that were handed back keep their turn before those that come later', async () => {
    const { call, left, refused } = openProcess({ requestsPerMinute: 60 });
    const tickets = Array.from({ length: 13 }, (_, i) => `first-${i}`);
    for (const ticket of tickets) void call('r', ticket);
    await vi.advanceTimersByTimeAsync(5500);
    const away = refused.length;
    expect(away).toBeGreaterThan(0);

    void call('r', 'later');
    for (const ticket of tickets.slice(-away)) void call('r', ticket);
    await vi.advanceTimersByTimeAsync(20_000);

    expect(
      left
        .slice(0, 13)
        .map(({ ticket }) => ticket)
        .toSorted(),
    ).toEqual(tickets.toSorted());
  });

  it('end when an activity is cancelled', async () => {
    const { call, limiter } = openProcess({ concurrency: 1 });
    void call('r', 'first', 1000);
    await vi.advanceTimersByTimeAsync(1);
    const cancelled = new AbortController();
    const limits = { concurrency: 1, requestsPerMinute: null, tokensPerMinute: null };
    const about = { account: 'a', runId: 'r', ticket: 't', limits, expectedTokens: 0 };
    const waiting = limiter.acquire(about, cancelled.signal);

    cancelled.abort(new Error('cancelled'));

    await expect(waiting).rejects.toThrow('cancelled');
    expect(limiter.waits()).toMatchObject([{ waiting: 0 }]);
  });
});

describe('what the database is asked', () => {
  it('is about one question a second under load, and none when nothing is to be done', async () => {
    const { call, accounts, left } = openProcess({ concurrency: 16 });
    const callAgain = async (id: number): Promise<void> => {
      while (Date.now() < until) await call('r', `${id}`, 10);
    };
    const until = Date.now() + 5000;
    const working = Promise.all(Array.from({ length: 16 }, (_, id) => callAgain(id)));

    await vi.advanceTimersByTimeAsync(5100);
    await working;
    expect(left.length).toBeGreaterThan(5000);
    expect(accounts.demands.length).toBeLessThanOrEqual(7);

    await vi.advanceTimersByTimeAsync(2000);
    const before = accounts.demands.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(accounts.demands.length).toBe(before);
  });

  it('again when it could not answer: calls wait, and nothing is forgotten', async () => {
    const accounts = createMemoryAccounts();
    let isFull = true;
    const full = new StepError('storage', 'wait', 'the disk is full');
    const { call, left } = openProcess(
      {},
      {
        ...accounts,
        lease: (...asked) => (isFull ? Promise.reject(full) : accounts.lease(...asked)),
      },
    );
    void call('r', '1');
    await vi.advanceTimersByTimeAsync(3000);
    expect(left).toEqual([]);

    isFull = false;
    await vi.advanceTimersByTimeAsync(1100);

    expect(left).toHaveLength(1);
  });
});

describe('a throttled account', () => {
  const throttled: CallEnd = { usage: null, failureClass: 'rate_limited', retryAfterMs: 3000 };

  it('makes no call before the time that the provider named, and fewer at once after it', async () => {
    const { call, left, limiter } = openProcess({ concurrency: 10 });
    for (let i = 0; i < 10; i += 1) void call('r', `${i}`, 50, throttled);
    await vi.advanceTimersByTimeAsync(500);
    const startedAt = Date.now();

    for (let i = 0; i < 20; i += 1) void call('r', `next-${i}`, 10_000);
    await vi.advanceTimersByTimeAsync(5000);

    const next = left.slice(10);
    expect(next).toHaveLength(8);
    expect(next[0]!.at - startedAt).toBeGreaterThan(2000);
    expect(limiter.waits()).toMatchObject([{ inFlight: 8 }]);
  });
});

describe('tokens a minute', () => {
  it('are settled with what calls really used', async () => {
    const usage = { promptTokens: 9, completionTokens: 1, images: null };
    const { call, left } = openProcess({ tokensPerMinute: 6000, concurrency: 1 });
    const until = Date.now() + 60_000;
    const callAgain = async () => {
      while (Date.now() < until) await call('r', 'one', 1, { ...good, usage });
    };

    void callAgain();
    await vi.advanceTimersByTimeAsync(61_000);

    // A hundred tokens were expected of each and ten were used.
    expect(left.length).toBeGreaterThan(450);
    expect(left.length).toBeLessThanOrEqual(610);
  });
});
