import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readPlaced } from '../../../support/dataset-files.ts';

const record = {
  video_id: '@user-7303',
  question: 'What colour is it at that moment?',
  question_wo_referring_query: 'What colour is it?',
  candidates: ['yellow', 'green', 'N/A', 'blue'],
  correct_choice: 3,
  position: [854, 948],
  topic_category: 'NP-News-Programs',
  question_category: 'T2A',
  level: 'L1-Perception',
  id: '7303_0',
  video_path: '7303.mp4',
  subtitle_path: '7303_en.json',
  duration_group: 600,
  starting_timestamp_for_subtitles: 0,
  duration: 467.92,
  view_count: 4172,
};

const read = (name: string, content: unknown) => readPlaced('longvideobench', { [name]: content });

describe('the format longvideobench', () => {
  it('reads the list; frames that are referred to stay in the source', async () => {
    const { items, videos, problems } = await read('lvb_val.json', [record]);

    expect(problems).toEqual([]);
    expect(items).toMatchObject([
      {
        itemId: '7303_0',
        videoIds: ['7303'],
        gold: 'D',
        goldSpans: [],
        categories: {
          question_category: ['T2A'],
          topic_category: ['NP-News-Programs'],
          level: ['L1-Perception'],
          duration_group: ['600'],
        },
        source: record,
      },
    ]);
    expect(videos).toEqual([{ videoId: '7303', files: ['7303.mp4'] }]);
  });

  it.each([undefined, null, -1, '-1'])(
    'asks the test set, which has %j for an answer',
    async (correct_choice) => {
      const { items, problems } = await read('lvb_test_wo_gt.json', [
        { ...record, correct_choice },
      ]);

      expect(items).toMatchObject([{ gold: null }]);
      expect(problems.map((line) => line.split(':')[0])).toEqual(['warning missing_gold']);
    },
  );

  const parquetOf = (choices: readonly bigint[]) => {
    const text = (name: string, ...data: string[]) => ({ name, data, type: 'STRING' as const });
    const bytes = parquetWriteBuffer({
      columnData: [
        text('video_id', 'v', 'v'),
        text('id', 'v_0', 'v_1'),
        text('video_path', 'v.mp4', 'v.mp4'),
        { name: 'correct_choice', data: [...choices], type: 'INT64' },
        text('question', 'one?', 'two?'),
        text('option0', 'a', 'a'),
        text('option1', 'N/A', 'b'),
        text('option2', 'c', 'c'),
        text('option3', 'N/A', 'd'),
        text('option4', 'N/A', 'e'),
        { name: 'duration', data: [9.5, 9.5], type: 'DOUBLE' },
        { name: 'duration_group', data: [15n, 15n], type: 'INT64' },
        text('question_category', 'TOS', 'TOS'),
        text('topic_category', 'NP', 'NP'),
      ],
    });
    return new Uint8Array(bytes);
  };

  it('asks the Parquet file of the test set, where every answer is -1', async () => {
    const { items, problems } = await read('test.parquet', parquetOf([-1n, -1n]));

    expect(items).toMatchObject([{ gold: null }, { gold: null }]);
    expect(problems.filter((line) => !line.startsWith('warning missing_gold'))).toEqual([]);
  });

  it('reads the Parquet file, and drops what only fills up its options', async () => {
    const { items, problems } = await read('validation.parquet', parquetOf([1n, 4n]));

    expect(problems).toEqual([]);
    expect(items.map((item) => [item.options.map(({ text: words }) => words), item.gold])).toEqual([
      [['a', 'N/A', 'c'], 'B'],
      [['a', 'b', 'c', 'd', 'e'], 'E'],
    ]);
    expect(items[0]?.categories).toEqual({
      question_category: ['TOS'],
      topic_category: ['NP'],
      duration_group: ['15'],
    });
  });

  it('refuses a record without options', async () => {
    const { candidates: _, ...bare } = record;

    const { problems } = await read('lvb_val.json', [bare]);

    expect(problems).toEqual([
      'fatal missing_column: lvb_val.json, line 2, record 1: the field candidates is missing. Add the field or remove the record.',
    ]);
  });
});
