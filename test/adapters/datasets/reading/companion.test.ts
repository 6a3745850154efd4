import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCompanion } from '../../../../adapters/datasets/reading/companion.ts';
import { placeFiles } from '../../../support/dataset-files.ts';

async function find(path: string, beside: readonly string[]) {
  const folder = await placeFiles(Object.fromEntries(beside.map((name) => [name, ''])));
  const found = await findCompanion(join(folder, path), (stem) => stem.replace('_q', '_a'), 'json');
  return found?.slice(folder.length + 1) ?? null;
}

describe('findCompanion', () => {
  it('finds the file whose stem differs', async () => {
    expect(await find('test_q.json', ['val_a.json', 'test_a.json'])).toBe('test_a.json');
  });

  it('prefers the one that bears more of the same words', async () => {
    const beside = ['test_a.json', 'test_a.part.json', 'test_a.v2.part.json'];

    expect(await find('test_q.v2.part.json', beside)).toBe('test_a.v2.part.json');
    expect(await find('test_q.v1.part.json', beside)).toBe('test_a.part.json');
    expect(await find('test_q.csv', beside)).toBe('test_a.json');
  });

  it('finds none that only resembles it, none in a folder that is not there, and never the file itself', async () => {
    expect(await find('test_q.json', ['test_a.v2.json'])).toBeNull();
    expect(await find('lost/test_q.json', [])).toBeNull();
    expect(await find('test_a.json', ['test_a.json'])).toBeNull();
  });
});
