import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectDataset } from '../../../adapters/datasets/inspect-dataset.ts';
import { placeFiles } from '../../support/dataset-files.ts';

it('counts labels that every plain object has a value for', async () => {
  const labels = ['constructor', '__proto__', 'constructor'];
  const records = labels.map((topic, n) => ({ v: 'clip', q: `${n}?`, topic }));
  const path = join(await placeFiles({ 'items.json': records }), 'items.json');

  const mapping = { video: 'v', question: 'q', categories: ['topic'] };
  const { categories } = await inspectDataset({ format: 'generic', path, mapping });

  expect(Object.entries(categories['topic'] ?? {})).toEqual([
    ['constructor', 2],
    ['__proto__', 1],
  ]);
});
