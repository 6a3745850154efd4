import { describe, expect, it } from 'vitest';
import { withPrices } from '../../domain/price-table.ts';
import type { ChatModelSpec } from '../../domain/run-spec.ts';
import { sampleSpec } from '../adapters/database/sample-run.ts';
import { chatModel } from '../support/model-specs.ts';

const priced = (changes: Partial<ChatModelSpec>, today = '2026-06-01') => {
  const { runId: _, ...run } = sampleSpec('r');
  const answer = chatModel({
    provider: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    price: null,
    ...changes,
  });
  const { price, priceOrigin } = withPrices({ ...run, models: { ...run.models, answer } }, today)
    .models.answer;
  return { price, priceOrigin };
};

describe('the price of a model', () => {
  it('is the list price where the configuration gives none, with the day it began', () => {
    expect(priced({ model: 'gpt-4o' })).toEqual({
      price: { inputPerM: 2.5, outputPerM: 10 },
      priceOrigin: { source: 'table', validFrom: '2024-10-02' },
    });
  });

  it('is always that of the configuration where there is one', () => {
    const price = { inputPerM: 1, outputPerM: 2 };

    expect(priced({ model: 'gpt-4o', price })).toEqual({
      price,
      priceOrigin: { source: 'configuration' },
    });
  });

  it('is the newest that held on the day', () => {
    expect(priced({ model: 'o3' }, '2025-06-09').price).toEqual({ inputPerM: 10, outputPerM: 40 });
    expect(priced({ model: 'o3' }, '2025-06-10').price).toEqual({ inputPerM: 2, outputPerM: 8 });
    expect(priced({ model: 'o3' }, '2025-04-15').price).toBeNull();
  });

  it.each([
    ['an unknown model', { model: 'gpt-4o-audio-preview' }],
    ['a gateway that sells under the same name', { model: 'gpt-4o', baseUrl: 'https://gate/v1' }],
    ['another provider', { model: 'gpt-4o', provider: 'openai-compatible' as const }],
  ])('is not guessed for %s', (_, changes) => {
    expect(priced(changes)).toEqual({ price: null, priceOrigin: null });
  });
});
