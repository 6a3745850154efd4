import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readDataset } from '../../../../adapters/datasets/read-dataset.ts';

let path: string;
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'perception-test-')), 'mc_question_valid.json');
});
afterAll(() => rm(join(path, '..'), { recursive: true, force: true }));

async function read(content: unknown) {
  await writeFile(path, JSON.stringify(content));
  const { items, problems } = await readDataset({ format: 'perception-test', path });
  return { items: items.map(({ item }) => item), problems };
}

const question = {
  id: 0,
  question: 'How often does the cup move?',
  options: ['once', 'twice', 'never'],
  answer_id: 1,
  area: 'memory',
  reasoning: 'descriptive',
  tag: ['event counting', 'change detection'],
};

it('reads the questions of each video, named by video and number', async () => {
  const { items, problems } = await read({
    video_7: {
      metadata: { split: 'valid' },
      mc_question: [question, { ...question, id: 1, question: 'And the lid?' }],
    },
    video_8: { mc_question: [question] },
  });

  expect(problems).toEqual([]);
  expect(items.map(({ itemId, gold }) => [itemId, gold])).toEqual([
    ['video_7_0', 'B'],
    ['video_7_1', 'B'],
    ['video_8_0', 'B'],
  ]);
  expect(items[0]).toMatchObject({
    videoIds: ['video_7'],
    options: [{ letter: 'A', text: 'once' }, { letter: 'B' }, { letter: 'C' }],
    categories: { area: ['memory'], tag: ['event counting', 'change detection'] },
  });
});

it('has no gold in the test split', async () => {
  const { answer_id: _, ...asked } = question;
  const { items, problems } = await read({ video_1: { mc_question: [asked] } });

  expect(items[0]?.gold).toBeNull();
  expect(problems).toMatchObject([{ kind: 'missing_gold', severity: 'warning' }]);
});

it.each([
  ['a video without questions', { video_1: { questions: [] } }, 'missing_column'],
  [
    'a question without options',
    { video_1: { mc_question: [{ id: 0, question: 'Who?' }] } },
    'missing_column',
  ],
  ['two questions with one id', { video_1: { mc_question: [question, question] } }, 'duplicate_id'],
  ['a list', [question], 'wrong_format'],
])('refuses %s', async (_, content, kind) => {
  const { problems } = await read(content);

  expect(problems.filter(({ severity }) => severity === 'fatal')).toMatchObject([{ kind }]);
});

it('tells in words what is wrong with a number, and takes null for what may be missing', async () => {
  const bare = { ...question, area: null, reasoning: null, tag: null };
  const { items, problems } = await read({
    video_1: { mc_question: [bare, { ...question, id: 'one' }] },
  });

  expect(items).toMatchObject([{ categories: {} }]);
  expect(problems.map(({ what }) => what)).toEqual(['the field id must be a whole number']);
});
