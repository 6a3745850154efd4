import { expect, it } from 'vitest';
import { estimateRetry } from '../../../domain/money/retry-estimate.ts';

const spends = [
  { step: 'plan', items: 10, paidUsd: 1 },
  { step: 'generate', items: 10, paidUsd: 6 },
  { step: 'answer', items: 5, paidUsd: 1 },
] as const;

it('an item pays for the step that failed and those after it, without a parse for the answer', () => {
  const groups = [
    { outcome: 'failed', step: 'answer', items: 3 },
    { outcome: 'failed', step: 'generate', items: 1 },
    { outcome: 'unparsed', step: null, items: 2 },
    { outcome: null, step: null, items: 1 },
  ] as const;

  // 3 x 0.2 + (0.6 + 0.2) + 2 x 0.2 + (0.1 + 0.6 + 0.2)
  expect(estimateRetry(groups, spends)).toBeCloseTo(2.7);
});

it('nothing is guessed without spend or without prices', () => {
  const groups = [{ outcome: null, step: null, items: 1 }] as const;

  expect(estimateRetry(groups, [])).toBeNull();
  expect(estimateRetry(groups, [{ step: 'answer', items: 1, paidUsd: null }])).toBeNull();
});
