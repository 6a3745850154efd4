import { expect, it } from 'vitest';
import { readPlaced, withoutSource } from '../../../support/dataset-files.ts';

const generic = [
  { video_name: 'v_a', Q: 'What happens?', A: 'A man runs.' },
  { video_name: 'v_b', Q: 'Who is it?', A: 'A woman.' },
];
const temporal = [{ video_name: 'v_a', Q: 'What comes first?', A: 'He ties his shoes.' }];
const consistency = [{ video_name: 'v_a', Q1: 'Does he run?', Q2: 'Is he slow?', A: 'He runs.' }];
const suite = {
  'generic_qa.json': generic,
  'temporal_qa.json': temporal,
  'consistency_qa.json': consistency,
};

const header = ',video_name,question,question_id,answer,question_type';
const tables = {
  'Generic_QA.csv': [
    header,
    '0,v_a,What happens?,v_a_0,A man runs.,0',
    '1,v_b,Who is it?,v_b_1,A woman.,0',
  ].join('\n'),
  'Temporal_QA.csv': `${header}\n0,v_a,What comes first?,v_a_0,He ties his shoes.,0`,
  'Consistency_QA1.csv': [
    header,
    '0,v_a,Does he run?,v_a_0,He runs.,0',
    '1,v_b,Is it her?,v_b_0,Yes.,0',
  ].join('\r\n'),
  'Consistency_QA2.csv': [
    header,
    '0,v_b,Who is she?,v_b_0,Yes.,0',
    '1,v_a,Is he slow?,v_a_0,He runs.,0',
  ].join('\r\n'),
};

it('asks every question once, and says by what its answer is judged', async () => {
  const { items, problems } = await readPlaced('vcgbench', suite, { path: '' });

  expect(problems).toEqual([]);
  expect(items.map(({ itemId, categories }) => [itemId, categories])).toEqual([
    ['consistency_v_a_0/1', { dimension: ['CO'], pair: ['consistency_v_a_0'] }],
    ['consistency_v_a_0/2', { dimension: ['CO'], pair: ['consistency_v_a_0'] }],
    ['generic_v_a_0', { dimension: ['CI', 'DO', 'CU'] }],
    ['generic_v_b_1', { dimension: ['CI', 'DO', 'CU'] }],
    ['temporal_v_a_0', { dimension: ['TU'] }],
  ]);
  expect(items.slice(0, 2)).toMatchObject([
    { question: 'Does he run?', gold: 'He runs.', videoIds: ['v_a'], source: consistency[0] },
    { question: 'Is he slow?', gold: 'He runs.', videoIds: ['v_a'] },
  ]);
});

it('warns of a folder that lacks a file, and takes no notes or files of a Mac for one', async () => {
  const { 'temporal_qa.json': _, ...others } = suite;
  const files = { ...others, 'temporal_qa.txt': 'notes', '._generic_qa.json': 'Mac OS X' };
  const { items, problems } = await readPlaced('vcgbench', files, { path: '' });

  expect(items).toHaveLength(4);
  expect(problems).toEqual([
    expect.stringMatching(
      /^warning unreadable: .*: there is no temporal_qa\. Fetch it, or mind that nothing is judged by TU\.$/,
    ),
  ]);
});

it('reads one file alone', async () => {
  const { items } = await readPlaced('vcgbench', suite, { path: 'temporal_qa.json' });

  expect(items.map(({ itemId }) => itemId)).toEqual(['temporal_v_a_0']);
});

it("joins IG-VLM's two files of consistency by the id, whichever is named", async () => {
  const first = await readPlaced('vcgbench', tables, { path: 'Consistency_QA1.csv' });
  const second = await readPlaced('vcgbench', tables, { path: 'Consistency_QA2.csv' });

  expect(first.problems).toEqual([]);
  expect(first.items.map(({ itemId, question }) => [itemId, question])).toEqual([
    ['consistency_v_a_0/1', 'Does he run?'],
    ['consistency_v_a_0/2', 'Is he slow?'],
    ['consistency_v_b_0/1', 'Is it her?'],
    ['consistency_v_b_0/2', 'Who is she?'],
  ]);
  expect(second.items).toEqual(first.items);
});

it("makes the same of IG-VLM's tables as of the original files", async () => {
  const original = await readPlaced('vcgbench', suite, { path: '' });
  const { items } = await readPlaced('vcgbench', tables, { path: '' });

  const shared = items.filter(({ itemId }) => !itemId.startsWith('consistency_v_b'));
  expect(shared.map(withoutSource)).toEqual(original.items.map(withoutSource));
});

it('refuses half a pair', async () => {
  const { 'Consistency_QA2.csv': _, ...others } = tables;
  const { items, problems } = await readPlaced('vcgbench', others, { path: 'Consistency_QA1.csv' });

  expect(items).toEqual([]);
  expect(problems).toEqual([
    'fatal unreadable: Consistency_QA1.csv: the file with the other question of each pair does not lie beside it. Put Consistency_QA1.csv and Consistency_QA2.csv into one folder.',
  ]);
});

it('refuses a question whose partner is missing or has another answer', async () => {
  const { items, problems } = await readPlaced('vcgbench', {
    'Consistency_QA1.csv': tables['Consistency_QA1.csv'],
    'Consistency_QA2.csv': `${header}\r\n0,v_b,Who is she?,v_b_0,No.,0\r\n1,v_c,Who?,v_c_0,He.,0`,
  });

  expect(items).toEqual([]);
  const what =
    'has no partner with its id, video and answer in the other file. Fetch both files again.';
  expect(problems).toEqual([
    `fatal wrong_format: Consistency_QA1.csv, line 2, record 1: the question v_a_0 ${what}`,
    `fatal wrong_format: Consistency_QA1.csv, line 3, record 2: the question v_b_0 ${what}`,
    `fatal wrong_format: Consistency_QA2.csv, line 3, record 2: the question v_c_0 ${what}`,
  ]);
});

it('refuses a name that does not tell the task, and a folder without any', async () => {
  const { problems } = await readPlaced('vcgbench', { 'questions.json': generic });
  const none = await readPlaced('vcgbench', { 'questions.json': generic }, { path: '' });

  expect(problems).toEqual([
    'fatal wrong_format: questions.json: its name does not say which of the questions of VCGBench it holds. Call it generic_qa, temporal_qa or consistency_qa.',
  ]);
  expect(none.problems[0]).toMatch(/^fatal unreadable: .*holds no annotation file of this format/);
});
