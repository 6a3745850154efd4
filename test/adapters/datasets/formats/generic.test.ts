import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../../adapters/datasets/load-dataset.ts';
import { checkConfig } from '../../../../domain/config/check-config.ts';
import type { DatasetMapping } from '../../../../domain/config/dataset-mapping.ts';
import { resolveConfig } from '../../../../domain/config/resolve-config.ts';
import { readDataset } from '../../../../adapters/datasets/read-dataset.ts';
import {
  annotationsFolder,
  hasAnnotations,
  placeFiles,
  readPlaced,
  withoutSource,
} from '../../../support/dataset-files.ts';

const mapping: DatasetMapping = {
  id: 'qid',
  video: 'file',
  question: 'q',
  options: 'choices',
  answer: 'right',
  answerForm: 'letter',
  spans: 'when',
  duration: 'length',
  categories: ['task', 'tags'],
};
const records = [
  {
    qid: 1,
    file: 'day 1/clip.mp4',
    q: 'What?',
    choices: ['red', 'blue'],
    right: 'B',
    when: [[1, 2.5]],
    length: 60,
    task: 'color',
    tags: ['easy', 'short'],
  },
  { qid: 2, file: 'b', q: 'Who?', choices: ['he', 'she'], right: null, when: null, task: 'who' },
];
const expected = [
  {
    itemId: '1',
    videoIds: ['day 1_clip'],
    question: 'What?',
    options: [
      { letter: 'A', text: 'red' },
      { letter: 'B', text: 'blue' },
    ],
    gold: 'B',
    goldSpans: [{ startSeconds: 1, endSeconds: 2.5 }],
    categories: { task: ['color'], tags: ['easy', 'short'] },
  },
  {
    itemId: '2',
    videoIds: ['b'],
    question: 'Who?',
    options: [
      { letter: 'A', text: 'he' },
      { letter: 'B', text: 'she' },
    ],
    gold: null,
    goldSpans: [],
    categories: { task: ['who'] },
  },
];

describe('the fields that the mapping names', () => {
  it('are read from a JSON list and from JSON Lines', async () => {
    const list = await readPlaced('generic', { 'items.json': records }, { mapping });
    const lines = await readPlaced(
      'generic',
      { 'items.jsonl': records.map((record) => JSON.stringify(record)).join('\n') },
      { mapping },
    );

    expect(list.items.map(withoutSource)).toEqual(expected);
    expect(list.items.map(({ source }) => source)).toEqual(records);
    expect(list.videos).toEqual([
      { videoId: 'day 1_clip', files: ['day 1/clip.mp4'] },
      { videoId: 'b', files: ['b'] },
    ]);
    expect(lines.items).toEqual(list.items);
  });

  it('are read from a table, lists as JSON in a cell', async () => {
    const tags = '["easy", "short"]';
    const cells = [
      ['qid', 'file', 'q', 'choices', 'right', 'when', 'length', 'task', 'tags'],
      ['1', 'day 1/clip.mp4', 'What?', '["red", "blue"]', 'B', '[[1, 2.5]]', '60', 'color', tags],
      ['2', 'b', 'Who?', '["he", "she"]', 'A', '', '', 'who', ''],
    ];
    const quoted = cells.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`));
    const csv = await readPlaced(
      'generic',
      { 'items.csv': quoted.map((row) => row.join(',')).join('\n') },
      { mapping },
    );
    const tsv = await readPlaced(
      'generic',
      { 'items.tsv': cells.map((row) => row.join('\t')).join('\n') },
      { mapping },
    );

    const [first, second] = expected;
    const fromTable = [first, { ...second, gold: 'A' }];
    expect(csv.problems).toEqual([]);
    expect(csv.items.map(withoutSource)).toEqual(fromTable);
    expect(tsv.items).toEqual(csv.items);
  });

  it('are read from a Parquet file, which has no lines', async () => {
    const columns = [
      { name: 'clip', data: ['a.mp4', 'b.mp4'] },
      { name: 'ask', data: ['What?', 'Who?'] },
      { name: 'length', data: [1.5, 2] },
    ];
    const files = { 'items.parquet': new Uint8Array(parquetWriteBuffer({ columnData: columns })) };
    const named = { video: 'clip', question: 'ask', duration: 'length' };
    const { items } = await readPlaced('generic', files, { mapping: named });
    const wrong = await readPlaced('generic', files, { mapping: { ...named, id: 'number' } });

    expect(items).toMatchObject([
      { itemId: 'a#1', question: 'What?' },
      { itemId: 'b#2', question: 'Who?' },
    ]);
    expect(wrong.problems).toEqual([
      'fatal missing_column: items.parquet: dataset.mapping.id names the field number, which no record has. It has "clip", "ask", "length".',
    ]);
  });

  it('may be few: an open-ended question without id and answer', async () => {
    const { items } = await readPlaced(
      'generic',
      {
        'items.json': [
          { clip: 'a.gif', ask: 'What?' },
          { clip: 'a.gif', ask: 'Who?' },
        ],
      },
      { mapping: { video: 'clip', question: 'ask' } },
    );

    expect(items).toMatchObject([
      { itemId: 'a#1', videoIds: ['a'], options: [], gold: null },
      { itemId: 'a#2' },
    ]);
  });

  it('may hold several videos, in a list or in columns', async () => {
    const { items } = await readPlaced(
      'generic',
      { 'items.json': [{ clips: ['a.mp4', 'b.mp4'], ask: 'Which?' }] },
      { mapping: { videos: 'clips', question: 'ask' } },
    );
    const table = await readPlaced(
      'generic',
      { 'items.csv': 'first,second,ask\na.mp4,b.mp4,Which?\nc.mp4,,Which?\n' },
      { mapping: { videos: ['first', 'second'], question: 'ask' } },
    );

    expect(items[0]?.videoIds).toEqual(['a', 'b']);
    expect(table.items.map(({ videoIds }) => videoIds)).toEqual([['a', 'b'], ['c']]);
  });
});

describe('the right answer', () => {
  it.each([
    ['letter', '(b)', 'B'],
    ['index', '1', 'B'],
    ['index-from-1', '1', 'A'],
    ['text', 'BLUE', 'B'],
  ] as const)('as %s %j is %s', async (answerForm, right, gold) => {
    const { items } = await readPlaced(
      'generic',
      { 'items.csv': `v,q,a,b,c,right\nx,What?,red,blue,,${right}\n` },
      {
        mapping: {
          video: 'v',
          question: 'q',
          options: ['a', 'b', 'c'],
          answer: 'right',
          answerForm,
        },
      },
    );

    expect(items).toMatchObject([{ gold, options: [{ text: 'red' }, { text: 'blue' }] }]);
  });

  it.each(['0', '3', '-1', '1.5', 'one'])('counted from 1 is no %j of two', async (right) => {
    const { items, problems } = await readPlaced(
      'generic',
      { 'items.csv': `v,q,a,b,right\nx,What?,red,blue,${right}\n` },
      {
        mapping: {
          video: 'v',
          question: 'q',
          options: ['a', 'b'],
          answer: 'right',
          answerForm: 'index-from-1',
        },
      },
    );

    expect(items).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(/^excluded answer_not_in_options: .*line 2/)]);
  });
});

describe('a mapping that does not fit', () => {
  it('is refused with its key and the fields that the file has', async () => {
    const { items, problems } = await readPlaced(
      'generic',
      { 'items.csv': 'clip,questoin\nx,What?\n' },
      { mapping: { video: 'file', question: 'question', categories: ['clip', 'kind'] } },
    );

    expect(items).toEqual([]);
    expect(problems).toEqual([
      'fatal missing_column: items.csv, line 1: dataset.mapping.video names the field file, which no record has. It has "clip", "questoin".',
      'fatal missing_column: items.csv, line 1: dataset.mapping.question names the field question, which no record has; did you mean questoin?. It has "clip", "questoin".',
      'fatal missing_column: items.csv, line 1: dataset.mapping.categories names the field kind, which no record has. It has "clip", "questoin".',
    ]);
  });

  it('is asked for where there is none', async () => {
    const { problems } = await readPlaced('generic', { 'items.csv': 'a,b\n1,2\n' });

    expect(problems).toEqual([expect.stringMatching(/^fatal wrong_format: .*--mapping/)]);
  });

  it('is told of every record that it does not fit', async () => {
    const { items, problems } = await readPlaced(
      'generic',
      {
        'items.json': [
          { ...records[0], file: '../secret.mp4' },
          { ...records[0], qid: 2, choices: 'red' },
          { ...records[0], qid: 3, choices: [{ text: 'red' }] },
          { ...records[0], qid: 4, when: 'soon' },
          { ...records[0], qid: 5, when: [[3, 1]] },
          { ...records[0], qid: 6, length: 'long' },
          { ...records[0], qid: 11, when: '[[1e999, 1e999]]' },
          { ...records[0], qid: 7, q: undefined },
          { ...records[0], qid: 8, q: { en: 'What?' } },
          'text',
          { ...records[0], qid: 9, file: 'day 1_clip.gif' },
          { ...records[0], qid: 10, file: 'day 1/clip.mp4' },
        ],
      },
      { mapping },
    );

    const told = problems.map((problem) => problem.replace(/items\.json, line \d+, /, ''));
    const mend = 'Mend the record or remove it.';
    expect(items.map(({ itemId }) => itemId)).toEqual(['9']);
    expect(told).toEqual([
      'fatal wrong_format: record 10: the record is not a JSON object. Mend or remove it.',
      `fatal wrong_format: record 1: the field file (dataset.mapping.video) must be a path below the folder of videos; a part of it leads to another folder. ${mend}`,
      `fatal wrong_format: record 2: the field choices (dataset.mapping.options) must be a list of texts. ${mend}`,
      `fatal wrong_format: record 3: the field choices (dataset.mapping.options) must be a list of texts. ${mend}`,
      `fatal wrong_format: record 4: the field when (dataset.mapping.spans) must be like [[75, 79.5], [120, 130]] or 01:15-01:19. ${mend}`,
      `fatal wrong_format: record 5: the field when (dataset.mapping.spans) must be like [[75, 79.5], [120, 130]] or 01:15-01:19. ${mend}`,
      `fatal wrong_format: record 6: the field length (dataset.mapping.duration) must be a number. ${mend}`,
      `fatal wrong_format: record 7: the field when (dataset.mapping.spans) must be like [[75, 79.5], [120, 130]] or 01:15-01:19. ${mend}`,
      `fatal missing_column: record 8: the field q (dataset.mapping.question) is missing. ${mend}`,
      `fatal wrong_format: record 9: the field q (dataset.mapping.question) must be text. ${mend}`,
      'fatal wrong_format: record 12: the videos day 1_clip.gif and day 1/clip.mp4 would both be called day 1_clip. Rename one of the files.',
    ]);
  });

  it('does not hide an id that stands twice', async () => {
    const { problems } = await readPlaced(
      'generic',
      { 'items.json': [records[0], { ...records[1], qid: 1 }] },
      { mapping },
    );

    expect(problems).toContainEqual(
      expect.stringMatching(/^fatal duplicate_id: .*record 2: its id 1 is that of record 1, too/),
    );
  });
});

it('takes spans from two columns, or as the clock shows them', async () => {
  const spans = async (field: DatasetMapping['spans'], header: string, cells: string) => {
    const { items } = await readPlaced(
      'generic',
      { 'items.csv': `v,q,${header}\nx,What?,${cells}\n` },
      { mapping: { video: 'v', question: 'q', spans: field } },
    );
    return items[0]?.goldSpans;
  };

  expect(await spans(['from', 'to'], 'from,to', '75,79.5')).toEqual([
    { startSeconds: 75, endSeconds: 79.5 },
  ]);
  expect(await spans('when', 'when', '01:15-01:19')).toEqual([
    { startSeconds: 75, endSeconds: 79 },
  ]);
  expect(await spans('when', 'when', '')).toEqual([]);
});

it('is read as a configuration says', async () => {
  const folder = await placeFiles({ 'items.csv': 'v,q\nx,What?\n' });
  const { config } = checkConfig({
    name: 'mapped',
    dataset: {
      format: 'generic',
      path: join(folder, 'items.csv'),
      mapping: { video: 'v', question: 'q' },
      frames: 'frames',
    },
    models: { answer: { provider: 'simulated', model: 'a' } },
    strategy: { name: 'uniform' },
  });
  const surroundings = {
    promptVersion: '1',
    simulatedBaseUrl: 'http://127.0.0.1:1',
    overwrite: false,
    extractTimes: null,
  };

  const { items, problems } = await loadDataset(resolveConfig(config!, surroundings).dataset);

  expect(problems).toEqual([]);
  expect(items).toMatchObject([{ itemId: 'x#1', question: 'What?' }]);
});

it.skipIf(!hasAnnotations)('asks NExT-QA by a mapping as its own format does', async () => {
  const path = join(annotationsFolder, 'nextqa/val.subset.csv');
  const own = await readDataset({ format: 'nextqa', path });
  const mapped = await readDataset({
    format: 'generic',
    path,
    mapping: {
      video: 'video',
      question: 'question',
      options: ['a0', 'a1', 'a2', 'a3', 'a4'],
      answer: 'answer',
      answerForm: 'index',
      categories: ['type'],
    },
  });

  const asked = ({ items }: typeof own) => items.map(({ item: { itemId: _, ...item } }) => item);
  expect(mapped.items.length).toBeGreaterThan(4000);
  expect(asked(mapped)).toEqual(asked(own));
});
