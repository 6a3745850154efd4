import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { summarizeEmbeddings } from '../../../adapters/index-files/embedding-summary.ts';
import type { VideoEmbeddings } from '../../../adapters/index-files/video-embeddings.ts';

const embeddings: VideoEmbeddings = {
  names: ['a.jpg', 'b.jpg', 'c.jpg'],
  vectors: new Float32Array([1, 0, 0, 0, 1, 0, 0.6, 0.8, 0]),
  dimension: 3,
  dtype: 'float16',
  model: null,
  frameTimes: null,
};

describe('summarizeEmbeddings', () => {
  it('describes a file by size, type, hash, first values and outer names', () => {
    const values = Buffer.alloc(9 * 4);
    for (const [n, value] of embeddings.vectors.entries()) values.writeFloatLE(value, 4 * n);

    expect(summarizeEmbeddings(embeddings)).toEqual({
      frames: 3,
      dim: 3,
      dtype: 'float16',
      normalized: true,
      sha256: createHash('sha256').update(values).digest('hex'),
      first: [...embeddings.vectors.subarray(0, 8)],
      names: ['a.jpg', 'c.jpg'],
      model: null,
    });
  });

  it.each([
    ['a row that is too long', [1, 0, 0, 0, 1, 0, 0.6, 0.9, 0]],
    ['a row of zeros', [1, 0, 0, 0, 0, 0, 0.6, 0.8, 0]],
  ])('says that rows are not of unit length with %s', (_, values) => {
    const vectors = new Float32Array(values);

    expect(summarizeEmbeddings({ ...embeddings, vectors }).normalized).toBe(false);
  });

  it('has no names to show without rows', () => {
    const none = { ...embeddings, names: [], vectors: new Float32Array() };

    expect(summarizeEmbeddings(none)).toMatchObject({ frames: 0, first: [], names: [null, null] });
  });
});
