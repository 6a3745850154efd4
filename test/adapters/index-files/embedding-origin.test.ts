import { describe, expect, it } from 'vitest';
import {
  assertSameModel,
  type EmbeddingOrigin,
  ModelMismatchError,
} from '../../../adapters/index-files/embedding-origin.ts';
import { UsageError } from '../../../domain/usage-error.ts';

const origin: EmbeddingOrigin = {
  modelId: 'google/siglip-tiny',
  revision: '0123456789abcdef0123456789abcdef01234567',
  modelHash: 'ab'.repeat(32),
  dtype: 'fp32',
  preprocessingId: 'siglip-96x96-cubic-mean0.5-std0.5-sharp1',
  dimension: 2,
};

describe('assertSameModel', () => {
  it('accepts the same weights under another name', () => {
    expect(() => assertSameModel(origin, { ...origin, modelId: 'a local copy' })).not.toThrow();
  });

  it.each([
    ['weights', { modelHash: 'ef'.repeat(32) }],
    ['preparation', { preprocessingId: 'siglip-96x96-linear-mean0.5-std0.5-sharp1' }],
    ['dimension', { dimension: 3 }],
  ])('refuses other %s and names both models', (_, change) => {
    const check = () => assertSameModel(origin, { ...origin, modelId: 'other/model', ...change });

    expect(check).toThrow(ModelMismatchError);
    expect(check).toThrow(/google\/siglip-tiny.*other\/model/);
    expect(check).toThrow(UsageError);
  });

  it('says of both which revision, weights, number format and preparation they have', () => {
    const other = {
      ...origin,
      modelId: 'google/siglip2-tiny',
      revision: null,
      modelHash: 'ef'.repeat(32),
      dtype: 'fp16',
      preprocessingId: 'siglip-96x96-linear-mean0.5-std0.5-sharp1',
    };

    expect(() => assertSameModel(origin, other)).toThrow(
      'the index was made by google/siglip-tiny@0123456789ab (weights abababababab, fp32, ' +
        'siglip-96x96-cubic-mean0.5-std0.5-sharp1, dimension 2), the embedding model is ' +
        'google/siglip2-tiny (weights efefefefefef, fp16, ' +
        'siglip-96x96-linear-mean0.5-std0.5-sharp1, dimension 2)',
    );
  });
});
