import { expect, it } from 'vitest';
import { readPlaced, withoutSource } from '../../../support/dataset-files.ts';

const list = [
  { answer: 'man', id: 31, question: 'who cooks?', video_id: 1201 },
  { answer: 'soup', id: 32, question: 'what is cooked?', video_id: 1201 },
];
const mapping = 'abc_DEf-ghi_1_15 vid1\r\nbQ_GoJF7_k_162_169 vid1201\r\n';

it('reads a pair of files, naming videos as their files are called', async () => {
  const { items, videos, problems } = await readPlaced('msvd-qa', {
    'val_q.json': [{ video_name: 'bQ_GoJF7_k_162_169', question: 'who?', question_id: '1201_31' }],
    'val_a.json': [{ answer: 'man', type: 0, question_id: '1201_31' }],
  });

  expect(problems).toEqual([]);
  expect(items).toMatchObject([
    { itemId: '1201_31', gold: 'man', options: [], categories: { type: ['0'] } },
  ]);
  expect(videos).toEqual([{ videoId: 'bQ_GoJF7_k_162_169' }]);
});

it('reads the original list, whose numbers youtube_mapping.txt turns into names', async () => {
  const { items, problems } = await readPlaced('msvd-qa', {
    'val_qa.json': list,
    'youtube_mapping.txt': mapping,
  });

  expect(problems).toEqual([]);
  expect(items).toMatchObject([
    { itemId: '1201_31', videoIds: ['bQ_GoJF7_k_162_169'], gold: 'man' },
    { itemId: '1201_32', videoIds: ['bQ_GoJF7_k_162_169'], gold: 'soup' },
  ]);
});

it('takes videos called by their number where no names are given', async () => {
  const { videos } = await readPlaced('msvd-qa', { 'val_qa.json': list });

  expect(videos.map(({ videoId }) => videoId)).toEqual(['vid1201', 'vid1201']);
});

it('names the field that a record of the original list lacks', async () => {
  const { problems } = await readPlaced('msvd-qa', {
    'val_qa.json': [{ id: 31, question: 'who?', video_id: 1 }, ...list],
  });

  expect(problems).toEqual([
    'fatal missing_column: val_qa.json, line 2, record 1: the field answer is missing. Add the field or remove the record.',
  ]);
});

it("makes the same of IG-VLM's table", async () => {
  const original = await readPlaced('msvd-qa', {
    'val_qa.json': list,
    'youtube_mapping.txt': mapping,
  });
  const { items } = await readPlaced('msvd-qa', {
    'MSVD_QA.csv': [
      ',video_id,answer,question,video_name,question_id,question_type',
      '1,1201,man,who cooks?,bQ_GoJF7_k_162_169,1201_31,0',
      '2,1201,soup,what is cooked?,bQ_GoJF7_k_162_169,1201_32,0',
    ].join('\r\n'),
  });

  const untyped = items.map((item) => ({ ...withoutSource(item), categories: {} }));
  expect(untyped).toEqual(original.items.map(withoutSource));
});
