import { describe, expect, it } from 'vitest';
import { importedPreprocessing, requireSameModel } from '../../../domain/calls/same-model.ts';
import { StepError } from '../../../domain/errors/step-error.ts';

const model = {
  modelId: 'google/siglip-tiny',
  revision: '0123456789abcdef0123456789abcdef01234567',
  modelHash: 'ab'.repeat(32),
  dtype: 'fp32',
  preprocessingId: 'squash-96x96-cubic',
  dimension: 2,
};

describe('requireSameModel', () => {
  it.each([
    ['the same weights under another name', { modelId: 'a local copy', revision: null }],
    ['imported rows, whose preparation nobody knows', { preprocessingId: importedPreprocessing }],
  ])('accepts %s', (_, change) => {
    expect(() => requireSameModel({ ...model, ...change }, model)).not.toThrow();
  });

  it.each([
    ['weights', { modelHash: 'ef'.repeat(32) }],
    ['preparation', { preprocessingId: 'squash-96x96-linear' }],
    ['dimension', { dimension: 3 }],
  ])('refuses other %s', (_, change) => {
    expect(() => requireSameModel(model, { ...model, ...change })).toThrow(StepError);
  });

  it('says of both which revision, number format, weights and preparation they have', () => {
    const other = { ...model, modelId: 'other', revision: null, dtype: 'fp16', dimension: 3 };

    expect(() => requireSameModel(model, other)).toThrow(
      'The index was made by google/siglip-tiny@0123456789ab (fp32, weights abababababab, ' +
        'squash-96x96-cubic, 2 values), the embedding model here is other (fp16, weights ' +
        'abababababab, squash-96x96-cubic, 3 values)',
    );
  });
});
