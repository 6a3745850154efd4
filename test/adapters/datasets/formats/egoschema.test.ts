import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectDataset } from '../../../../adapters/datasets/inspect-dataset.ts';
import { annotationsFolder, hasAnnotations, readPlaced } from '../../../support/dataset-files.ts';

const record = {
  q_uid: '0074f737-11cb',
  google_drive_id: '1ZdZ',
  question: 'What is C doing?',
  'option 0': 'C cooks.',
  'option 1': 'C reads.',
  'option 2': 'C cleans.',
  'option 3': 'C sleeps.',
  'option 4': 'C waits.',
};

it('joins questions and answers by id, and asks those without an answer', async () => {
  const { items, problems } = await readPlaced('egoschema', {
    'questions.json': [{ ...record, q_uid: 'b' }, record, { ...record, q_uid: 'a' }],
    'subset_answers.json': { a: 0, '0074f737-11cb': 2, elsewhere: 1 },
  });

  expect(items.map((item) => [item.itemId, item.videoIds, item.gold])).toEqual([
    ['b', ['b'], null],
    ['0074f737-11cb', ['0074f737-11cb'], 'C'],
    ['a', ['a'], 'A'],
  ]);
  expect(items[1]?.source).toEqual(record);
  expect(problems.map((line) => line.split(':')[0])).toEqual(['warning missing_gold']);
});

it('asks questions without their companion', async () => {
  const { items, problems } = await readPlaced('egoschema', { 'questions.json': [record] });

  expect(items).toMatchObject([{ gold: null }]);
  expect(problems.map((line) => line.split(':')[0])).toEqual(['warning missing_gold']);
});

it('leaves out a question whose answer is no option', async () => {
  const { items, problems } = await readPlaced('egoschema', {
    'questions.json': [record],
    'subset_answers.json': { '0074f737-11cb': 5 },
  });

  expect(items).toEqual([]);
  expect(problems.map((line) => line.split(':')[0])).toEqual(['excluded answer_not_in_options']);
});

it('refuses the first version of the file, which has no questions', async () => {
  const { question: _, ...first } = { ...record, corrent_answer: 2 };

  const { problems } = await readPlaced('egoschema', { 'questions.json': [first, record] });

  expect(problems[0]).toBe(
    'fatal missing_column: questions.json, line 2, record 1: the field question is missing. Add the field or remove the record.',
  );
});

it.skipIf(!hasAnnotations)('reads the real list (skipped where it is not)', async () => {
  const path = join(annotationsFolder, 'egoschema/questions.617b469.subset.json');

  expect(await inspectDataset({ format: 'egoschema', path })).toMatchObject({
    items: 14,
    videos: 14,
    optionCounts: { 5: 14 },
    answerForms: { none: 14 },
  });
});
