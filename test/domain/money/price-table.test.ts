import { describe, expect, it } from 'vitest';
import { listPrices } from '../../../domain/money/list-prices.ts';
import { atListPrices, pricesOver, withPrices } from '../../../domain/money/price-table.ts';
import type { ChatModelSpec, ImageModelSpec } from '../../../domain/run-spec.ts';
import { sampleSpec } from '../../adapters/database/sample-run.ts';
import { chatModel, imageModel } from '../../support/model-specs.ts';

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
      priceOrigin: {
        source: 'table',
        validFrom: '2024-10-02',
        list: "OpenAI's price list, as LiteLLM kept it in July 2026",
      },
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
    [
      'DashScope in China, which bills in yuan',
      {
        model: 'qwen-vl-max',
        provider: 'dashscope' as const,
        baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
      },
    ],
    [
      'a deployment of Azure, whatever its owner called it',
      { model: 'gpt-4o', provider: 'azure' as const, baseUrl: 'https://lab.openai.azure.com' },
    ],
    ['a picture model that is asked to chat', { model: 'gpt-image-1.5' }],
  ])('is not guessed for %s', (_, changes) => {
    expect(priced(changes)).toEqual({ price: null, priceOrigin: null });
  });
});

describe('the price of a picture model', () => {
  const pricedPicture = (changes: Partial<ImageModelSpec>, today = '2026-11-01') => {
    const { runId: _, ...run } = sampleSpec('r');
    const image = imageModel({ price: null, ...changes });
    return withPrices({ ...run, models: { ...run.models, image } }, today).models.image?.price;
  };
  const openai = { provider: 'openai', baseUrl: 'https://api.openai.com/v1' } as const;
  const byteplus = 'https://ark.ap-southeast.bytepluses.com/api/v3';

  it('is counted by tokens of text and pictures at OpenAI', () => {
    expect(pricedPicture({ ...openai, model: 'gpt-image-1.5' })).toEqual({
      inputPerM: 5,
      imageInputPerM: 8,
      outputPerM: 10,
      imageOutputPerM: 32,
    });
  });

  it('ends with the model', () => {
    expect(pricedPicture({ ...openai, model: 'gpt-image-1' }, '2026-10-22')).not.toBeNull();
    expect(pricedPicture({ ...openai, model: 'gpt-image-1' }, '2026-10-23')).toBeNull();
  });

  it('is counted by the picture at BytePlus, and not known at Ark in China', () => {
    expect(pricedPicture({ model: 'seedream-4-0-250828', baseUrl: byteplus })).toEqual({
      image: 0.03,
    });
    expect(
      pricedPicture({
        model: 'doubao-seedream-4-0-250828',
        baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
      }),
    ).toBeNull();
  });
});

describe('a price that changes while a run is at work', () => {
  const o3 = chatModel({ provider: 'openai', baseUrl: 'https://api.openai.com/v1', model: 'o3' });
  const specOn = (day: string, price: ChatModelSpec['price'] = null) => {
    const spec = sampleSpec('r');
    const models = { ...spec.models, answer: { ...o3, price } };
    return { ...spec, models: withPrices({ ...spec, models }, day).models };
  };
  const [before, after] = ['2025-06-09', '2025-06-10'] as const;

  it('is the one of the day on which a call is made', () => {
    expect(atListPrices(specOn(before), after).models.answer).toMatchObject({
      price: { inputPerM: 2, outputPerM: 8 },
      priceOrigin: { validFrom: after },
    });
    expect(atListPrices(specOn(before), before).models.answer.price?.inputPerM).toBe(10);
  });

  it('changes nothing where the configuration names one', () => {
    const spec = specOn(before, { inputPerM: 1, outputPerM: 1 });

    expect(atListPrices(spec, after)).toEqual(spec);
  });

  it('is kept with the one before it, for whoever accounts for the run', () => {
    const { answer } = specOn(before).models;

    expect(pricesOver(answer, before, after).map(({ price }) => price)).toEqual([
      { inputPerM: 10, outputPerM: 40 },
      { inputPerM: 2, outputPerM: 8 },
    ]);
    expect(pricesOver(answer, after, '2026-01-01')).toHaveLength(1);
    const own = specOn(before, { inputPerM: 1, outputPerM: 1 }).models.answer;
    expect(pricesOver(own, before, after)).toEqual([
      { price: own.price, priceOrigin: { source: 'configuration' } },
    ]);
  });
});

describe('the table', () => {
  it('says of every price since when it holds and who published it', () => {
    for (const { validFrom, source, address } of listPrices) {
      expect(validFrom).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(source).toMatch(/20\d\d$/);
      expect(address).toMatch(/^https:\/\/[a-z.-]+\/$/);
    }
  });
});
