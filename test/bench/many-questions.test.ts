import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadDataset } from '../../adapters/datasets/load-dataset.ts';
import { writeManyQuestions } from '../../bench/restart/many-questions.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-questions-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('asks the drawn questions in other orders of their options, and knows the right one', async () => {
  const { file } = await writeManyQuestions(folder, 300);

  const { items, problems } = await loadDataset({ path: file, format: 'lvbench', limit: null });
  const drawn = JSON.parse((await readFile(file, 'utf8')).split('\n')[0]!) as {
    qa: { question: string }[];
  };
  expect(problems).toEqual([]);
  expect(items).toHaveLength(300);
  expect(new Set(drawn.qa.map(({ question }) => question)).size).toBeGreaterThan(100);
  const rightTexts = items
    .filter(({ itemId }) => /-(3|13|23)$/.test(itemId))
    .filter(({ videoIds }) => videoIds[0] === 'world7-000')
    .map(({ options, gold }) => options.find(({ letter }) => letter === gold)?.text);
  expect(rightTexts).toHaveLength(3);
  expect(new Set(rightTexts).size).toBe(1);
});
