import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAwayCallers } from '../../../adapters/models/away-callers.ts';

const request = (ticket: string) => ({
  account: 'a',
  runId: 'r1',
  ticket,
  limits: { concurrency: 1, requestsPerMinute: null, tokensPerMinute: null },
  expectedTokens: 0,
});

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

describe("callers whose wait is Temporal's", () => {
  it('are before those who asked later, and keep their turn', () => {
    const away = createAwayCallers();
    away.note(request('first'), 10, 20_000);
    away.note(request('second'), 20, 20_000);

    expect(away.ahead(15)).toBe(1);
    expect(away.takeBack(request('first'))).toBe(10);
    expect(away.ahead(30)).toBe(1);
  });

  it('hold nobody up once they came back to another process, and may still come here', () => {
    const away = createAwayCallers();
    away.note(request('first'), 10, 20_000);

    vi.advanceTimersByTime(21_000);
    expect(away.ahead(30)).toBe(1);
    vi.advanceTimersByTime(2000);

    expect(away.ahead(30)).toBe(0);
    expect(away.takeBack(request('first'))).toBe(10);
  });
});
