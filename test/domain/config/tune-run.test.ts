import { describe, expect, it } from 'vitest';
import { identityRefusal, tuneRun } from '../../../domain/config/tune-run.ts';
import type { RunSpec } from '../../../domain/run-spec.ts';
import { sampleSpec } from '../../adapters/database/sample-run.ts';

const base = sampleSpec('r1', 8);
const priced: RunSpec = {
  ...base,
  models: {
    ...base.models,
    answer: { ...base.models.answer, price: { inputPerM: 1, outputPerM: 1 } },
    image: {
      ...base.models.answer,
      account: 'ark-1',
      wire: 'ark',
      size: 'auto',
      price: { image: 0.03 },
    },
  },
};
const nothing = { itemsInFlight: null, accounts: [] } as const;
const limit = (of: string | null, value: number | null) =>
  ({ limit: 'concurrency', of, value }) as const;

describe('tuneRun', () => {
  it('sets a limit for every use of the account, and for no other', () => {
    const { models } = tuneRun(priced, { ...nothing, accounts: [limit('plan', 9)] });

    expect([models.answer, models.plan, models.image].map((model) => model?.concurrency)).toEqual([
      9, 9, 2,
    ]);
  });

  it('finds an account by its name, and the only one without a name', () => {
    const named = tuneRun(priced, { ...nothing, accounts: [limit('ark-1', 5)] });
    const only = tuneRun(base, { ...nothing, accounts: [limit(null, 5)] });

    expect(named.models.image?.concurrency).toBe(5);
    expect(only.models.answer.concurrency).toBe(5);
  });

  it.each([
    [limit('anwser', 1), /no account anwser. Did you mean answer\?/],
    [limit(null, 1), /several accounts.*answer \(simulated-00000000\)/],
  ])('refuses %j', (wrong, message) => {
    expect(() => tuneRun(priced, { ...nothing, accounts: [wrong] })).toThrow(message);
  });

  it('sets and takes away the budget, which needs prices for what is called', () => {
    const capped = tuneRun(priced, { ...nothing, budgetUsd: 20 });

    expect(capped.run.budgetUsd).toBe(20);
    expect(tuneRun(capped, { ...nothing, budgetUsd: null }).run.budgetUsd).toBeNull();
    expect(() => tuneRun(base, { ...nothing, budgetUsd: 20 })).toThrow(
      /models.answer has no price/,
    );
  });
});

describe('a setting that results depend on', () => {
  it('is refused with the run it would make', () => {
    const refusal = identityRefusal(base, 'temperature', 'answer=0.5');

    expect(refusal).toMatch(/models\.answer\.temperature .*a new run, sample-[0-9a-f]{8}/);
    expect(identityRefusal(base, 'temperature', '0.7')).not.toBe(refusal);
    expect(identityRefusal(base, 'topK', '16')).toContain('strategy.topK');
    expect(identityRefusal(base, 'concurrency', '16')).toBeNull();
  });
});
