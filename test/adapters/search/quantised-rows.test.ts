import { describe, expect, it } from 'vitest';
import { quantiseRows } from '../../../adapters/search/quantised-rows.ts';
import { dotWithRow } from '../../../domain/frames/similarity.ts';
import { seededRandom, vectorKinds, vectorsOfKind } from './random-vectors.ts';

const kinds = Object.keys(vectorKinds) as (keyof typeof vectorKinds)[];

describe('quantiseRows', () => {
  it.each(kinds)('bounds every score: %s', (kind) => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed);
      const dimension = 1 + Math.floor(random() * (seed % 8 === 0 ? 2000 : 100));
      const vectors = vectorsOfKind(kind, random, { rows: 60, dimension });
      const queries = vectorsOfKind(kind, random, { rows: 6, dimension });

      const bounds = quantiseRows(vectors, dimension).bound(queries);

      bounds.forEach(({ middle, reach }, at) => {
        const query = queries.subarray(at * dimension, (at + 1) * dimension);
        for (let row = 0; row < 60; row++) {
          const score = dotWithRow(query, vectors, row * dimension, dimension);
          expect(Math.abs(score - middle(row))).toBeLessThanOrEqual(reach(row));
        }
      });
    }
  });

  it('keeps the bounds of unit vectors narrow, or every frame would be a candidate', () => {
    const dimension = 1152;
    const length = Math.sqrt(dimension / 12);
    const shape = { rows: 100, dimension };
    const vectors = vectorsOfKind('any direction', seededRandom(5), shape);

    const [bounds] = quantiseRows(
      vectors.map((value) => value / length),
      dimension,
    ).bound(vectors.subarray(0, dimension).map((value) => value / length));

    for (let row = 0; row < 100; row++) expect(bounds!.reach(row)).toBeLessThan(5e-4);
  });

  it.each([1, 2, 31, 1152])('does not overflow where %d equal values meet themselves', (count) => {
    const vectors = new Float32Array(count).fill(-3e38);

    const [bounds] = quantiseRows(vectors, count).bound(vectors);

    const score = dotWithRow(vectors, vectors, 0, count);
    expect(bounds!.middle(0) / score).toBeCloseTo(1, 3);
  });

  it.each([NaN, Infinity, -Infinity])('says that a matrix with %d is not finite', (value) => {
    expect(quantiseRows(new Float32Array([1, 2, value, 3]), 2).isFinite).toBe(false);
    expect(quantiseRows(new Float32Array([1, 2, 0, 3]), 2).isFinite).toBe(true);
  });
});
