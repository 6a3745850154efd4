import { expect, it } from 'vitest';
import { budgetOf, missingPrices } from '../../../domain/money/budget.ts';
import type { RunSpec } from '../../../domain/run-spec.ts';
import { sampleSpec } from '../../adapters/database/sample-run.ts';
import { chatModel, imageModel } from '../../support/model-specs.ts';

const spec = (changes: Partial<RunSpec['models']>, budgetUsd: number | null = null): RunSpec => {
  const base = sampleSpec('r');
  return {
    ...base,
    models: { ...base.models, answer: chatModel(), plan: chatModel(), ...changes },
    strategy: { ...base.strategy, name: 'imagined-keyframes', maxImageRequests: 3 },
    run: { ...base.run, budgetUsd },
  };
};

it('knows no budget where nobody set one', () => {
  expect(budgetOf(spec({ image: imageModel() }))).toBeNull();
});

it('adds up what an item takes at most, by account', () => {
  const image = imageModel({ account: 'painter', price: { image: 0.03 } });

  const budget = budgetOf(spec({ image }, 5));

  expect(budget?.runUsd).toBe(5);
  expect(budget?.itemMostUsd['painter']).toBeCloseTo(0.09, 12);
  expect(budget?.callMostUsd['painter']).toBe(0.03);
  const chat = chatModel().account;
  expect(budget?.itemMostUsd[chat]).toBeCloseTo(2 * budget!.callMostUsd[chat]!, 12);
});

it('counts a picture that is priced by tokens at what it takes at most', () => {
  const perM = { inputPerM: 5, imageInputPerM: 8, outputPerM: 10, imageOutputPerM: 32 };
  const image = imageModel({ account: 'painter', price: perM });

  const { itemMostUsd, callMostUsd } = budgetOf(spec({ image }, 5))!;

  expect(callMostUsd['painter']).toBeGreaterThan(0.25);
  expect(itemMostUsd['painter']).toBeCloseTo(3 * callMostUsd['painter']!, 12);
});

it('takes the lowest cap of the models that share an account, and none of a model not called', () => {
  const answer = chatModel({ budgetUsd: 2 });
  const plan = chatModel({ budgetUsd: 1 });

  expect(budgetOf(spec({ answer, plan }))?.accountsUsd).toEqual({ [answer.account]: 1 });
  const uniform = spec({ answer: chatModel(), plan });
  expect(budgetOf({ ...uniform, strategy: { ...uniform.strategy, name: 'uniform' } })).toBeNull();
});

it('names each model without a price that a budget would have to count', () => {
  const image = imageModel({ account: 'painter', price: null, budgetUsd: 3 });

  expect(missingPrices(spec({ image }))).toEqual([
    expect.stringContaining('models.image.budgetUsd cannot be kept'),
  ]);
  expect(missingPrices(spec({ answer: chatModel({ price: null }), image }, 5))).toHaveLength(2);
  expect(missingPrices(spec({ answer: chatModel({ price: null }) }))).toEqual([]);
});
