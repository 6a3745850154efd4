import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { inspectDataset } from '../../../../adapters/datasets/inspect-dataset.ts';
import { join } from 'node:path';
import { annotationsFolder, hasAnnotations, readPlaced } from '../../../support/dataset-files.ts';

const closed = {
  video: 'movie101_66.mp4',
  duration: 246.5,
  question: 'What colour is the hat?',
  candidates: ['red', 'blue', 'green', 'grey'],
  answer: 'blue',
  question_type: 'plotQA',
};
const open = {
  video: '217.mp4',
  duration: 300,
  question: 'Sum up.',
  answer: 'All.',
  question_type: 'summary',
};
const suite = {
  'json/9_summary.json': [open],
  'json/1_plotQA.json': [closed],
  'json/README.md': 'not read',
};

it('reads a folder of task files in order, each with its own videos', async () => {
  const { items, videos, problems } = await readPlaced('mlvu', suite, { path: '' });

  expect(problems).toEqual([]);
  expect(items).toMatchObject([
    { gold: 'B', categories: { question_type: ['plotQA'] } },
    { options: [], gold: 'All.', categories: { question_type: ['summary'] } },
  ]);
  expect(videos[0]).toEqual({
    videoId: 'movie101_66',
    files: ['1_plotQA/movie101_66.mp4', 'plotQA/movie101_66.mp4', 'movie101_66.mp4'],
  });
});

it('names an item alike whether its file, the folder or its parent is read', async () => {
  const whole = await readPlaced('mlvu', suite, { path: '' });
  const folder = await readPlaced('mlvu', suite, { path: 'json' });
  const file = await readPlaced('mlvu', suite, { path: 'json/1_plotQA.json' });

  expect(folder.items).toEqual(whole.items);
  expect(file.items).toEqual(whole.items.slice(0, 1));
  expect(file.items[0]?.itemId).toMatch(/^movie101_66_[0-9a-f]{8}$/);
});

it('reads the test set: six options, ids of its own, no answers', async () => {
  const { answer: _, ...asked } = { ...closed, question_id: 'PQA_7' };

  const { items } = await readPlaced('mlvu', {
    'test.json': [{ ...asked, candidates: ['a', 'b', 'c', 'd', 'e', 'f'] }],
  });

  expect(items).toMatchObject([{ itemId: 'PQA_7', gold: null, options: { length: 6 } }]);
});

it('takes null for a field that a record may lack, and tells in words what else is wrong', async () => {
  const empty = { duration: null, candidates: null, question_id: null };
  const { items, problems } = await readPlaced('mlvu', {
    'test.json': [
      { ...open, ...empty },
      { ...closed, duration: 'long' },
    ],
  });

  expect(items).toMatchObject([{ options: [], gold: 'All.' }]);
  expect(problems).toEqual([
    expect.stringContaining('record 2: the field duration must be a number of seconds. Mend'),
  ]);
});

it('reads the table at Hugging Face: options in the question, a letter as the answer', async () => {
  const question = 'What colour?\nOptions:\n(A) red\n(B) blue\n(C) green';
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 'video_name', data: ['needle_4.mp4', 'ego_1.mp4'], type: 'STRING' },
      { name: 'question', data: [question, question], type: 'STRING' },
      { name: 'task_type', data: ['findNeedle', 'ego'], type: 'STRING' },
      { name: 'answer', data: ['B', 'D'], type: 'STRING' },
    ],
  });

  const { items, videos, problems } = await readPlaced('mlvu', {
    'test.parquet': new Uint8Array(bytes),
  });

  expect(items).toMatchObject([
    {
      videoIds: ['needle_4'],
      question,
      options: [{ text: 'red' }, { text: 'blue' }, { text: 'green' }],
      gold: 'B',
      categories: { question_type: ['findNeedle'] },
    },
  ]);
  expect(videos).toEqual([{ videoId: 'needle_4', files: ['needle_4.mp4'] }]);
  expect(problems).toEqual([
    'excluded answer_not_in_options: test.parquet, record 2: its answer is none of the options A, B, C. Mend the answer, or empty it if it is unknown.',
  ]);
});

it('names the other file where an id stands in two', async () => {
  const { problems } = await readPlaced(
    'mlvu',
    { 'json/1_plotQA.json': [closed], 'json/9_summary.json': [closed] },
    { path: '' },
  );

  expect(problems).toContainEqual(
    expect.stringMatching(/is that of record 1 of 1_plotQA\.json, too/),
  );
});

it('refuses an empty folder', async () => {
  const { problems } = await readPlaced('mlvu', { 'json/README.md': '' }, { path: 'json' });

  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain('the folder holds no annotation file of this format');
});

it.skipIf(!hasAnnotations)('reads the real folder (skipped where it is not)', async () => {
  const path = join(annotationsFolder, 'mlvu');

  expect(await inspectDataset({ format: 'mlvu', path })).toMatchObject({
    items: 2368,
    videos: 1227,
    optionCounts: { 0: 382, 4: 1986 },
    answerForms: { text: 1986, free: 382 },
    categories: { question_type: { plotQA: 491, findNeedle: 324, subPlot: 183, summary: 199 } },
  });
});
