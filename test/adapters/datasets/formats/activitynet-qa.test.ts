import { expect, it } from 'vitest';
import { readPlaced, withoutSource } from '../../../support/dataset-files.ts';

const questions = [
  { video_name: '-abcdefghij', question: 'what is thrown ', question_id: 'v_-abcdefghij_1' },
  { video_name: 'v_bcdefghij', question: 'is it raining', question_id: 'v_v_bcdefghij_7' },
];
const answers = [
  { answer: 'yes', type: 3, question_id: 'v_v_bcdefghij_7' },
  { answer: 'a ball', type: 5, question_id: 'v_-abcdefghij_1' },
];
const read = (q: unknown = questions, a: unknown = answers) =>
  readPlaced('activitynet-qa', { 'test_q.json': q, 'test_a.json': a });

it('joins questions and answers by their id, whatever their order', async () => {
  const { items, problems } = await read();

  expect(items).toEqual([
    {
      itemId: 'v_-abcdefghij_1',
      videoIds: ['-abcdefghij'],
      question: 'what is thrown',
      options: [],
      gold: 'a ball',
      goldSpans: [],
      categories: { type: ['object'] },
      source: { ...answers[1], ...questions[0] },
    },
    {
      itemId: 'v_v_bcdefghij_7',
      videoIds: ['v_bcdefghij'],
      question: 'is it raining',
      options: [],
      gold: 'yes',
      goldSpans: [],
      categories: { type: ['yes/no'] },
      source: { ...answers[0], ...questions[1] },
    },
  ]);
  expect(problems).toEqual([
    'warning outer_blanks: test_q.json, line 2, record 1: a text begins or ends with blanks. They are left out.',
  ]);
});

it('looks for a video with the v_ of its file first, also where a name begins with v_ itself', async () => {
  const { videos } = await read();

  expect(videos).toEqual([
    { videoId: '-abcdefghij', files: ['v_-abcdefghij', '-abcdefghij'] },
    { videoId: 'v_bcdefghij', files: ['v_v_bcdefghij', 'v_bcdefghij'] },
  ]);
});

it('has a word for each of the nine types, and keeps what is none of them', async () => {
  const types = [0, 1, 2, 3, 4, 5, 6, 7, 8, 'new'];
  const { items } = await read(
    types.map((type) => ({ video_name: 'v', question: `q${type}`, question_id: `q${type}` })),
    types.map((type) => ({ answer: 'a', type, question_id: `q${type}` })),
  );

  expect(items.flatMap(({ categories }) => categories['type'])).toEqual([
    'motion',
    'spatial',
    'temporal',
    'yes/no',
    'color',
    'object',
    'location',
    'number',
    'other',
    'new',
  ]);
});

it('asks a question that nobody answered, and says which file should have', async () => {
  const { items, problems } = await read(questions.slice(1), answers.slice(1));
  const alone = await readPlaced('activitynet-qa', { 'test_q.json': questions.slice(1) });

  expect(items).toMatchObject([{ gold: null, categories: {} }]);
  expect(problems).toEqual([
    'warning missing_gold: test_q.json, line 2, record 1: test_a.json has no answer to it. It is asked and not scored.',
  ]);
  expect(alone.problems).toEqual([
    'warning missing_gold: test_q.json, line 2, record 1: there is no file of answers such as test_a.json beside it. It is asked and not scored.',
  ]);
});

it('refuses a second question and a second answer with the id of another', async () => {
  const { problems } = await read(
    [...questions, { ...questions[0], question: 'who throws it' }],
    [...answers, { ...answers[0], answer: 'no' }],
  );

  expect(problems.filter((problem) => problem.startsWith('fatal'))).toEqual([
    'fatal duplicate_id: test_a.json, line 12, record 3: a second answer to the question v_v_bcdefghij_7. Give each question an id of its own.',
    'fatal duplicate_id: test_q.json, line 12, record 3: its id v_-abcdefghij_1 is that of record 1, too. Give each its own id.',
  ]);
});

it('refuses half of a pair in the place of the other', async () => {
  const { items, problems } = await readPlaced('activitynet-qa', { 'test_a.json': answers });

  expect(items).toEqual([]);
  expect(problems).toContain(
    'fatal missing_column: test_a.json, line 2, record 1: the field question is missing. Add the field or remove the record.',
  );
});

it("makes the same of IG-VLM's table, which has the v_ in its names", async () => {
  const { items: pair } = await read();
  const { items, videos } = await readPlaced('activitynet-qa', {
    'ActivityNet_QA.csv': [
      ',video_id,answer,question,video_name,question_id,question_type',
      '1,v_-abcdefghij,a ball,what is thrown ,v_-abcdefghij,v_-abcdefghij_1,5',
      '2,v_v_bcdefghij,yes,is it raining,v_v_bcdefghij,v_v_bcdefghij_7,3\r\n',
    ].join('\r\n'),
  });

  expect(items.map(withoutSource)).toEqual(pair.map(withoutSource));
  expect(videos[0]).toEqual({ videoId: '-abcdefghij', files: ['v_-abcdefghij', '-abcdefghij'] });
});
