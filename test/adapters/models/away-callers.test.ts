import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAwayCallers } from '../../../adapters/models/away-callers.ts';

const request = (ticket: string) => ({
  account: 'a',
  runId: 'r1',
  ticket,
  limits: { concurrency: 1, requestsPerMinute: null, tokensPerMinute: null },
  expectedTokens: 0,
});

const caller = (askedAt: number) => ({ runId: 'r1', askedAt, priority: 3 });

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

describe("callers whose wait is Temporal's", () => {
  it('are expected, and keep their turn', () => {
    const away = createAwayCallers();
    away.note(request('first'), caller(10), 20_000);
    away.note(request('second'), caller(20), 20_000);

    expect(away.expected()).toEqual([caller(10), caller(20)]);
    expect(away.takeBack(request('first'))).toBe(10);
    expect(away.expected()).toEqual([caller(20)]);
  });

  it('hold nobody up once they came back to another process, and may still come here', () => {
    const away = createAwayCallers();
    away.note(request('first'), caller(10), 20_000);

    vi.advanceTimersByTime(21_000);
    expect(away.expected()).toHaveLength(1);
    vi.advanceTimersByTime(2000);

    expect(away.expected()).toEqual([]);
    expect(away.takeBack(request('first'))).toBe(10);
  });
});
