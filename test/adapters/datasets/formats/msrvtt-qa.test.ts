import { expect, it } from 'vitest';
import { readPlaced, withoutSource } from '../../../support/dataset-files.ts';

const list = [
  { answer: 'couch', category_id: 14, id: 158581, question: 'what is it?', video_id: 6513 },
];

it('reads the original list, where a video is a number', async () => {
  const { items, problems } = await readPlaced('msrvtt-qa', { 'val_qa.json': list });

  expect(problems).toEqual([]);
  expect(items).toEqual([
    {
      itemId: '158581',
      videoIds: ['video6513'],
      question: 'what is it?',
      options: [],
      gold: 'couch',
      goldSpans: [],
      categories: { type: ['14'] },
      source: list[0],
    },
  ]);
});

it('makes the same of a pair of files and of the table of IG-VLM', async () => {
  const original = await readPlaced('msrvtt-qa', { 'val_qa.json': list });
  const pair = await readPlaced('msrvtt-qa', {
    'val_q.json': [{ video_name: 'video6513', question: 'what is it?', question_id: 158581 }],
    'val_a.json': [{ answer: 'couch', type: 14, question_id: 158581 }],
  });
  const table = await readPlaced('msrvtt-qa', {
    'MSRVTT_QA.csv': [
      ',video_id,answer,question,video_name,question_id,question_type',
      '1,6513,couch,what is it?,video6513,158581,14',
    ].join('\r\n'),
  });

  expect(pair.items.map(withoutSource)).toEqual(original.items.map(withoutSource));
  expect(table.items.map(withoutSource)).toEqual(original.items.map(withoutSource));
});

it('asks twice what has two answers', async () => {
  const { items, problems } = await readPlaced('msrvtt-qa', {
    'val_qa.json': [...list, { ...list[0], id: 158582, answer: 'sofa' }],
  });

  expect(items.map(({ gold }) => gold)).toEqual(['couch', 'sofa']);
  expect(problems).toEqual([
    'warning duplicate_question: val_qa.json, line 9, record 2: the same question was asked of this video before. All are asked.',
  ]);
});
