import { expect, it } from 'vitest';
import { readPlaced, withoutSource } from '../../../support/dataset-files.ts';

const table = [
  ',video_id,answer,question,video_name,question_id,question_type',
  '1,FRAMEQA7,cookie,"what is put into the ""cone""?",tumblr_a_250,27138,0',
  '2,FRAMEQA8,two,how many hands?,tumblr_a_250,27138,1',
].join('\r\n');

it("names the questions of IG-VLM's table by video_id, for question_id is the GIF", async () => {
  const { items, videos, problems } = await readPlaced('tgif-qa', { 'TGIF_FrameQA.csv': table });

  expect(problems).toEqual([]);
  expect(items).toMatchObject([
    {
      itemId: 'FRAMEQA7',
      videoIds: ['tumblr_a_250'],
      question: 'what is put into the "cone"?',
      gold: 'cookie',
      categories: { type: ['object'] },
    },
    { itemId: 'FRAMEQA8', gold: 'two', categories: { type: ['number'] } },
  ]);
  expect(videos[0]).toEqual({ videoId: 'tumblr_a_250' });
});

it('makes the same of the official tab-separated file, quotes and all', async () => {
  const { items } = await readPlaced('tgif-qa', {
    'Test_frameqa_question.csv': [
      'gif_name\tquestion\tanswer\ttype\tvid_id\tkey\tdescription',
      'tumblr_a_250\twhat is put into the "cone"?\tcookie\t0\tFRAMEQA7\t27138\ta cookie .',
      'tumblr_a_250\thow many hands?\ttwo\t1\tFRAMEQA8\t27138\ttwo hands .',
    ].join('\r\n'),
  });
  const ours = await readPlaced('tgif-qa', { 'TGIF_FrameQA.csv': table });

  expect(items.map(withoutSource)).toEqual(ours.items.map(withoutSource));
});

it('reads the official choices, whose answer is the number of an option from 0', async () => {
  const { items } = await readPlaced('tgif-qa', {
    'Test_action_question.tsv': [
      'gif_name\tquestion\ta1\ta2\ta3\ta4\ta5\tanswer\tvid_id\tkey',
      'tumblr_b\tWhat is done 3 times ?\trun\tjump\twave\tnod\tblink\t4\tACTION12\t52',
    ].join('\n'),
  });

  expect(items).toMatchObject([
    { itemId: 'ACTION12', gold: 'E', options: [{ text: 'run' }, {}, {}, {}, { text: 'blink' }] },
  ]);
});

const questions = ['27138', '3', '27138'].map((question_id, index) => ({
  video_name: 'tumblr_a_250',
  question: ['what?', 'who?', 'how many?'][index],
  question_id,
}));
const answers = ['27138', '27138', '3'].map((question_id, index) => ({
  answer: ['cookie', 'two', 'man'][index],
  type: 0,
  question_id,
}));

it('joins a pair whose ids are those of the GIFs by the order of their questions', async () => {
  const { items, problems } = await readPlaced('tgif-qa', {
    'val_q.json': questions,
    'val_a.json': answers,
  });

  expect(items.map(({ itemId, question, gold }) => [itemId, question, gold])).toEqual([
    ['27138', 'what?', 'cookie'],
    ['3', 'who?', 'man'],
    ['27138#2', 'how many?', 'two'],
  ]);
  expect(problems).toEqual([
    expect.stringMatching(/^warning duplicate_id: val_q\.json, .*record 3: .*called 27138#2 here/),
  ]);
});

it('refuses such a pair where a GIF has not as many answers as questions', async () => {
  const { problems } = await readPlaced('tgif-qa', {
    'val_q.json': questions,
    'val_a.json': answers.slice(1),
  });

  expect(problems).toEqual([
    expect.stringMatching(
      /^fatal duplicate_id: val_q\.json, .*27138 stands 2 times among the questions and 1 times among the answers\. .*videoqa dataset convert/,
    ),
    expect.stringMatching(/^fatal duplicate_id: val_q\.json, .*Give each its own id\.$/),
  ]);
});

it('says which columns a table lacks', async () => {
  const { problems } = await readPlaced('tgif-qa', { 'some.csv': 'gif,question\na,b\n' });

  expect(problems).toEqual([
    'fatal missing_column: some.csv, line 1: the table lacks the column video_name and the column answer and the column question_id and the column question_type; it has "gif", "question". Check dataset.format, or fetch the file again.',
  ]);
});
