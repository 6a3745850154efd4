import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectDataset } from '../../../../adapters/datasets/inspect-dataset.ts';
import {
  annotationsFolder,
  hasAnnotations,
  readPlaced,
  withoutSource,
} from '../../../support/dataset-files.ts';

const record = {
  question_id: 'Interaction_T1_4',
  question: 'Which object was eaten by the person?',
  video_id: 'TJZ0P',
  start: 7.7,
  end: 15.700000000000001,
  answer: 'The sandwich.',
  choices: [
    { choice_id: 2, choice: 'The sandwich.' },
    { choice_id: 0, choice: 'The towel.' },
    { choice_id: 1, choice: 'The medicine.' },
    { choice_id: 3, choice: 'The book.' },
  ],
  situations: { '000231': { rel_labels: [[1]] } },
};
const igvlm = [
  ',video_name,question,answer_number,question_id,question_type,a0,a1,a2,a3,answer',
  '1,TJZ0P_7.7_15.700000000000001,Which object was eaten by the person?,2,Interaction_T1_4,Interaction_T1,The towel.,The medicine.,The sandwich.,The book.,The sandwich.',
].join('\n');

const read = (...records: readonly unknown[]) => readPlaced('star', { 'STAR_val.json': records });

it('reads the official list: options by their numbers, a part of a video, no scene graphs', async () => {
  const { items, videos, problems } = await read(record);

  const { situations: _, ...source } = record;
  expect(problems).toEqual([]);
  expect(items).toEqual([
    {
      itemId: 'Interaction_T1_4',
      videoIds: ['TJZ0P_7.7_15.700000000000001'],
      question: record.question,
      options: [
        { letter: 'A', text: 'The towel.' },
        { letter: 'B', text: 'The medicine.' },
        { letter: 'C', text: 'The sandwich.' },
        { letter: 'D', text: 'The book.' },
      ],
      gold: 'C',
      goldSpans: [],
      categories: { type: ['Interaction'], template: ['Interaction_T1'] },
      source,
    },
  ]);
  expect(videos).toEqual([
    {
      videoId: 'TJZ0P_7.7_15.700000000000001',
      files: ['Charades_v1_480/TJZ0P', 'TJZ0P'],
      clip: { startSeconds: 7.7, endSeconds: 15.700000000000001 },
    },
  ]);
});

it('agrees with the table of IG-VLM in all but the source', async () => {
  const own = await read(record);
  const other = await readPlaced('star', { 'STAR.csv': igvlm });

  expect(other.problems).toEqual([]);
  expect(other.videos).toEqual(own.videos);
  expect(other.items.map(withoutSource)).toEqual(own.items.map(withoutSource));
});

it('makes two videos of two parts of one file, and asks what has no answer', async () => {
  const { answer: _, ...unanswered } = record;
  const { items, problems } = await read(record, {
    ...unanswered,
    question_id: 'Interaction_T1_5',
    start: 8,
  });

  expect(items.map((item) => [item.videoIds[0], item.gold])).toEqual([
    ['TJZ0P_7.7_15.700000000000001', 'C'],
    ['TJZ0P_8_15.700000000000001', null],
  ]);
  expect(problems.map((line) => line.split(':')[0])).toEqual(['warning missing_gold']);
});

it.each([
  [{ start: 20 }, 'wrong_format', 'the part of the video ends before it begins'],
  [{ end: '15.7' }, 'wrong_format', 'the field end must be a number of seconds'],
  [{ choices: undefined }, 'missing_column', 'the field choices is missing'],
  [{ video_id: '../TJZ0P' }, 'wrong_format', 'contains a path separator'],
])('refuses a record with %j', async (damage, kind, reason) => {
  const { problems } = await read({ ...record, ...damage });

  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`fatal ${kind}: STAR_val.json, line 2, record 1: `);
  expect(problems[0]).toContain(reason);
});

it.skipIf(!hasAnnotations)('reads the real table (skipped where it is not)', async () => {
  const path = join(annotationsFolder, 'ig-vlm/STAR.subset.csv');

  expect(await inspectDataset({ format: 'star', path })).toMatchObject({
    items: 6897,
    videos: 3277,
    optionCounts: { 4: 6897 },
    answerForms: { 'index-and-text': 6897 },
    categories: {
      type: { Interaction: 2303, Sequence: 3503, Prediction: 608, Feasibility: 483 },
    },
  });
});
