import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModelConfig } from '../../../../adapters/embedding/model-folder/model-config.ts';
import { openTextTower, type TextTower } from '../../../../adapters/embedding/text/text-tower.ts';
import {
  openTokenizer,
  type TextTokenizer,
} from '../../../../adapters/embedding/text/tokenizer.ts';

type Expected = {
  readonly text: string;
  readonly ids: readonly number[];
  readonly truncated: boolean;
  readonly vector: readonly number[];
};

const fixtures = new URL('../../../fixtures/text-tower/', import.meta.url);
const models = [
  { name: 'siglip', folder: new URL('siglip', fixtures), expected: 'siglip/expected.json' },
  { name: 'siglip2', folder: new URL('siglip2', fixtures), expected: 'siglip2/expected.json' },
  { name: 'clip', folder: new URL('clip', fixtures), expected: 'clip/expected.json' },
  {
    name: 'tiny-siglip',
    folder: new URL('../../../../simulator/model/tiny-siglip', import.meta.url),
    expected: 'tiny-siglip.json',
  },
] as const;

describe.each(models)('the text tower of $name', ({ folder, expected }) => {
  const path = fileURLToPath(folder);
  let cases: readonly Expected[];
  let tokenize: TextTokenizer;
  let tower: TextTower;
  beforeAll(async () => {
    cases = JSON.parse(await readFile(new URL(expected, fixtures), 'utf8')) as Expected[];
    tokenize = await openTokenizer(path, await readModelConfig(path));
    tower = await openTextTower({ path, device: 'cpu', dtype: 'fp32' });
  });
  afterAll(() => tower.close());

  it('reads the tokens that Python reads, padded and cut alike', () => {
    const tokens = cases.map(({ text }) => ({ text, ...tokenize(text) }));

    expect(tokens.map(({ text, ids, truncated }) => ({ text, ids, truncated }))).toEqual(
      cases.map(({ text, ids, truncated }) => ({ text, ids, truncated })),
    );
  });

  it('gives the unit vectors that Python gives', async () => {
    const { vectors, truncated } = await tower.embed(cases.map(({ text }) => text));

    expect(truncated).toEqual(cases.map((one) => one.truncated));
    cases.forEach(({ vector }, row) => {
      const ours = vectors.subarray(row * tower.dimension, (row + 1) * tower.dimension);
      expect(ours).toHaveLength(vector.length);
      expect(cosine(ours, vector)).toBeGreaterThan(0.999_99);
      expect(largestDifference(ours, vector)).toBeLessThan(1e-4);
    });
  });
});

function cosine(ours: Float32Array, theirs: readonly number[]): number {
  return theirs.reduce((sum, value, at) => sum + value * ours[at]!, 0);
}

function largestDifference(ours: Float32Array, theirs: readonly number[]): number {
  return Math.max(...theirs.map((value, at) => Math.abs(value - ours[at]!)));
}
