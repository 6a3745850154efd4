import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readPlaced } from '../../../support/dataset-files.ts';

const record = {
  video_id: '001',
  duration: 'short',
  domain: 'Knowledge',
  sub_category: 'Humanity & History',
  url: 'https://www.youtube.com/watch?v=-fFjv93a_ab',
  videoID: '-fFjv93a_ab',
  question_id: '001-1',
  task_type: 'Counting Problem',
  question: 'When is "it" shown, and why?',
  options: ['A. Apples.', 'B. "Candles", and more.', "C. It's berries.", 'D. All of them.'],
  answer: 'C',
};
const expected = {
  itemId: '001-1',
  videoIds: ['-fFjv93a_ab'],
  question: 'When is "it" shown, and why?',
  options: [
    { letter: 'A', text: 'Apples.' },
    { letter: 'B', text: '"Candles", and more.' },
    { letter: 'C', text: "It's berries." },
    { letter: 'D', text: 'All of them.' },
  ],
  gold: 'C',
  categories: {
    duration: ['short'],
    domain: ['Knowledge'],
    sub_category: ['Humanity & History'],
    task_type: ['Counting Problem'],
  },
};

/** One row with its list as Hugging Face stores one. */
function asParquet(): Uint8Array {
  const { options, ...texts } = record;
  const names = Object.keys(texts) as (keyof typeof texts)[];
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        ...names.map((name) => ({ name, data: [texts[name]] })),
        { name: 'options', data: [options] },
      ],
      schema: [
        { name: 'root', num_children: names.length + 1 },
        ...names.map((name) => ({
          name,
          type: 'BYTE_ARRAY' as const,
          converted_type: 'UTF8' as const,
          repetition_type: 'OPTIONAL' as const,
        })),
        { name: 'options', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        {
          name: 'element',
          type: 'BYTE_ARRAY',
          converted_type: 'UTF8',
          repetition_type: 'OPTIONAL',
        },
      ],
    }),
  );
}

function asCsv(options: string): string {
  const cells = Object.values({ ...record, options }).map(
    (cell) => `"${cell.replaceAll('"', '""')}"`,
  );
  return `${Object.keys(record).join(',')}\n${cells.join(',')}\n`;
}

const read = (name: string, content: unknown) => readPlaced('videomme', { [name]: content });

describe('the format videomme', () => {
  it.each([
    ['test-00000-of-00001.parquet', asParquet()],
    ['test.json', [record]],
    ['test.jsonl', JSON.stringify(record)],
    ['test.csv', asCsv(JSON.stringify(record.options))],
    [
      'printed.csv',
      asCsv(`['A. Apples.' 'B. "Candles", and more.' "C. It's berries."\n 'D. All of them.']`),
    ],
  ])('reads the same item from %s', async (name, content) => {
    const { items, problems } = await read(name, content);

    // The cell itself is broken into lines there.
    const oddities = name === 'printed.csv' ? ['warning line_break'] : [];
    expect(problems.map((line) => line.split(':')[0])).toEqual(oddities);
    expect(items).toMatchObject([expected]);
  });

  it('reads up to eight options, and a letter that none of them has is left out', async () => {
    const options = 'ABCDEFGH'.split('').map((letter) => `${letter}. ${letter.toLowerCase()}`);
    const { items, problems } = await read('test.json', [
      { ...record, options, answer: 'H' },
      { ...record, question_id: '001-2', answer: 'E' },
      { ...record, question_id: '001-3', answer: null },
    ]);

    expect(items.map((item) => [item.options.length, item.gold])).toEqual([
      [8, 'H'],
      [4, null],
    ]);
    expect(problems.map((line) => line.split(':')[0])).toContain('excluded answer_not_in_options');
  });

  it('refuses a row without a label, and a cell that is no list', async () => {
    const { task_type: _, ...unlabelled } = record;
    const missing = await read('test.json', [unlabelled]);
    const cell = await read('test.csv', asCsv('A. Apples. B. Candles.'));

    expect(missing.problems).toEqual([
      'fatal missing_column: test.json, line 2, record 1: the field task_type is missing. Add the field or remove the record.',
    ]);
    expect(cell.problems).toEqual([
      'fatal wrong_format: test.csv, line 2, record 1: the field options must be a list of texts. Mend the field or remove the record.',
    ]);
  });

  it('refuses a Parquet file that is cut short', async () => {
    const { problems } = await read('test.parquet', asParquet().subarray(0, 300));

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('fatal wrong_format: test.parquet: not a whole Parquet file');
  });
});
