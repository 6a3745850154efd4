import { expect, it } from 'vitest';
import { accountLimits } from '../../../domain/limits/account-limits.ts';
import { imageModel, stepSpec } from '../../support/fakes-item-steps.ts';

it('holds every model of an account to the strictest of what they say', () => {
  const spec = stepSpec();
  const answer = { ...spec.models.answer, concurrency: 4, requestsPerMinute: 500 };
  const image = { ...imageModel, concurrency: 16, requestsPerMinute: 5 };
  const shared = { ...spec, models: { ...spec.models, answer, plan: answer, image } };
  const strictest = { concurrency: 4, requestsPerMinute: 5, tokensPerMinute: null };

  expect(accountLimits(shared, answer)).toEqual(strictest);
  expect(accountLimits(shared, image)).toEqual(strictest);

  const elsewhere = { ...image, account: 'another' };
  const apart = { ...shared, models: { ...shared.models, image: elsewhere } };
  expect(accountLimits(apart, answer)).toMatchObject({ concurrency: 4, requestsPerMinute: 500 });
  expect(accountLimits(apart, elsewhere)).toMatchObject({ concurrency: 16, requestsPerMinute: 5 });
});
