import { describe, expect, it } from 'vitest';
import { addUsage, noUsage, sumUsage } from '../../../domain/money/usage.ts';
import type { CallRecord } from '../../../domain/stores/call-store.ts';

const call = (about: Partial<CallRecord>): CallRecord =>
  ({
    state: 'usable',
    priceUsd: 0.5,
    usage: { promptTokens: 100, completionTokens: 10, images: null },
    ...about,
  }) as CallRecord;

describe('sumUsage', () => {
  it('D27: counts the spend of rejected replies as paid, and nothing for refusals', () => {
    const usage = sumUsage(
      [
        call({}),
        call({ state: 'rejected', priceUsd: 0.25 }),
        call({ state: 'unbilled', priceUsd: 0, usage: null }),
      ],
      [],
    );

    expect(usage).toMatchObject({ calls: 3, paid_usd: 0.75, prompt_tokens: 200 });
  });

  it('lists what a cached response would have cost without paying for it', () => {
    const cached = {
      usage: { promptTokens: 7, completionTokens: 1, images: 1 },
      listUsd: 0.25,
    };

    expect(sumUsage([], [cached])).toEqual({
      ...noUsage,
      cached_calls: 1,
      prompt_tokens: 7,
      completion_tokens: 1,
      images: 1,
      list_usd: 0.25,
    });
  });

  it('knows no money where a call has no price', () => {
    expect(sumUsage([call({ priceUsd: null })], []).paid_usd).toBeNull();
    expect(addUsage([noUsage, { ...noUsage, paid_usd: null }]).paid_usd).toBeNull();
  });
});
