import { expect, it } from 'vitest';
import { renderLimits } from '../../../cli/render/limits-view.ts';

const limit = {
  account: 'openai-12345678',
  concurrency: { configured: 16, current: 16 },
  requestsPerMinute: 600,
  tokensPerMinute: null,
  blockedUntil: null,
  changes: [],
};

it('says nothing of accounts that may do what is configured', () => {
  expect(renderLimits([limit], 0)).toBe('');
});

it('says how much a throttled account may do, since when, and when it goes on', () => {
  const throttled = {
    ...limit,
    concurrency: { configured: 16, current: 12 },
    blockedUntil: 130_000,
    changes: [{ value: 12, reason: 'throttled', changedAt: 100_000 } as const],
  };

  expect(renderLimits([limit, throttled], 110_000)).toBe(
    '  limits     openai-12345678: 12 of 16 calls at once; throttled 10 s ago; ' +
      'no calls for 20 s, as its provider asked',
  );
});
