import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../../adapters/datasets/load-dataset.ts';
import { describeProblem } from '../../../adapters/datasets/problem.ts';
import { freezeItems, thawItems } from '../../../domain/frozen-items.ts';

let path: string;

beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'load-dataset-')), 'items');
});
afterAll(() => rm(join(path, '..'), { recursive: true, force: true }));

async function load(
  format: 'original' | 'lvbench',
  records: readonly unknown[] | string,
  limit: number | null = null,
) {
  const asLines = (): string =>
    (records as readonly unknown[]).map((record) => JSON.stringify(record)).join('\n');
  const asText = format === 'lvbench' ? asLines : () => JSON.stringify(records);
  await writeFile(path, typeof records === 'string' ? records : asText());
  const { items, problems, warnings, coverage } = await loadDataset({ path, format, limit });
  return {
    items,
    coverage,
    warnings: warnings.map((line) => line.replaceAll(path, 'items')),
    problems: problems.map((problem) => describeProblem(problem).replaceAll(path, 'items')),
  };
}

const question = 'What is red?\n(A) The hat\n(B) The car\n(C) The dog\n(D) The door';

describe('the original format', () => {
  it('reads question, options, answer, annotated time and the untouched record', async () => {
    const record = {
      key: 'vid',
      uid: 7,
      question,
      answer: '(b)',
      time_reference: '01:15-01:19',
      question_type: ['entity recognition'],
      extra: { kept: true },
    };

    const { items, problems, warnings } = await load('original', [record]);

    expect(problems).toEqual([]);
    expect(warnings).toEqual([]);
    expect(items).toEqual([
      {
        itemId: '7',
        videoIds: ['vid'],
        question,
        options: [
          { letter: 'A', text: 'The hat' },
          { letter: 'B', text: 'The car' },
          { letter: 'C', text: 'The dog' },
          { letter: 'D', text: 'The door' },
        ],
        gold: 'B',
        goldSpans: [{ startSeconds: 75, endSeconds: 79 }],
        categories: { question_type: ['entity recognition'] },
        source: record,
      },
    ]);
    expect(thawItems(freezeItems(items))).toEqual(items);
  });

  it('names an item by its uid where that is unique, else by video and number in the file', async () => {
    const { items, warnings } = await load('original', [
      { key: 'v', uid: 'one', question, answer: 'A' },
      { key: 'v', question, answer: 'A' },
      { key: 'v', uid: 'twice', question, answer: 'A' },
      { key: 'w', uid: 'twice', question, answer: 'A' },
    ]);

    expect(items.map((item) => item.itemId)).toEqual(['one', 'v#2', 'v#3', 'w#4']);
    expect(warnings.filter((line) => line.startsWith('duplicate_id'))).toEqual([
      'duplicate_id, 2 questions; first: items, line 1, record 3: its uid twice stands in other records, ' +
        'too. It is named by its video and its place in the file.',
    ]);
  });

  it('gives the same ids with a limit', async () => {
    const records = ['a', 'b', 'a'].map((uid) => ({ key: 'v', uid, question, answer: 'A' }));

    const { items } = await load('original', records, 1);

    expect(items.map((item) => item.itemId)).toEqual(['v#1']);
  });

  it('lists every problem with its record and how to mend it', async () => {
    const { problems, warnings, coverage } = await load('original', [
      { question, answer: 'A' },
      { key: 'v', question: '  ', answer: 'A' },
      { key: 'v', answer: 3 },
      'text',
      { key: 'v', question, answer: 'E' },
      { key: 'v', uid: 'v#7', question, answer: 'A' },
      { key: 'v', question, answer: 'A' },
    ]);

    expect(problems).toEqual([
      'items, line 1, record 1: the field key is missing. Add the field or remove the record.',
      'items, line 1, record 3: the field question is missing. Add the field or remove the record.',
      'items, line 1, record 3: the field answer must be text such as "B". Mend the field or remove the record.',
      'items, line 1, record 4: the record is not a JSON object. Mend or remove it.',
    ]);
    expect(warnings).toEqual([
      'empty_question, 1 questions left out; first: items, line 1, record 2: the question is empty. ' +
        'Fill it in or remove the record.',
      'answer_not_in_options, 1 questions left out; first: items, line 1, record 5: its answer is none of ' +
        'the options A, B, C, D. Mend the answer, or empty it if it is unknown.',
      'duplicate_question, 1 questions; first: items, line 1, record 6: the same question was asked of this ' +
        'video before. All are asked.',
      'duplicate_id, 1 questions; first: items, line 1, record 7: its id v#7 is that of record 6, too. It is ' +
        'called v#7#2 here.',
    ]);
    expect(coverage).toEqual({ split: null, read: 4, excluded: 2, selected: 2 });
  });

  it.each(['..', '.', '../other', '/etc/passwd', 'a/b', 'a\\b', 'a\u0000b', 'C:x', ' ', ''])(
    'D26: refuses the key %j, which would become a path',
    async (key) => {
      const { items, problems } = await load('original', [{ key, question, answer: 'A' }]);

      expect(items).toEqual([]);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain('record 1: the field key');
    },
  );

  it('takes keys as YouTube writes them', async () => {
    const keys = ['-abc_DEF-12', '__proto__', '..hidden'];

    const { items, problems } = await load(
      'original',
      keys.map((key) => ({ key, question, answer: 'A' })),
    );

    expect(problems).toEqual([]);
    expect(items.map((item) => item.videoIds[0])).toEqual(keys);
  });

  it('reads one record per line as well, and gives each bad line a problem', async () => {
    const line = JSON.stringify({ key: 'v', question, answer: 'A' });

    const { items, problems } = await load(
      'original',
      `\uFEFF${line}\n{"key": \n\n${line}\r\nnull\n`,
    );

    expect(items).toHaveLength(2);
    expect(problems).toEqual([
      expect.stringMatching(
        /^items, line 2: not valid JSON .*fetch it again if it is cut short\.$/,
      ),
      'items, line 5, record 4: the record is not a JSON object. Mend or remove it.',
    ]);
  });

  it.each([
    ['items: the file is empty', '\n'],
    ['items, line 2, record 2: not valid JSON', '[{"key": "u"},\n{"key": "v"'],
    ['items, line 3, record 3: not valid JSON', '[{"key": "u"},\n{"key": "v"},\n'],
    ['items: the file holds one JSON object over several lines', '{\n  "key": "v"\n}'],
  ])('says: %s', async (what, text) => {
    const { problems } = await load('original', text);

    expect(problems.at(-1)).toContain(what);
  });

  it('names the first line that is not UTF-8', async () => {
    await writeFile(path, Buffer.from('[{"key": "v",\n"question": "caf\u00e9"}]', 'latin1'));
    const { problems } = await loadDataset({ path, format: 'original', limit: null });

    expect(problems).toMatchObject([{ kind: 'unreadable', line: 2, what: 'it is not UTF-8 text' }]);
  });

  it('says that a file is too large, which is not to say that it is not UTF-8', async () => {
    await writeFile(path, '');
    await truncate(path, 540e6);
    const { problems } = await loadDataset({ path, format: 'lvbench', limit: null });

    expect(problems).toMatchObject([
      { kind: 'unreadable', what: 'it has 540 MB; text is read up to 512 MB' },
    ]);
  });

  it('says that there is no file, and that a file holds no questions', async () => {
    const none = await loadDataset({ path: `${path}.none`, format: 'original', limit: null });
    const { problems } = await load('original', []);

    expect(none.problems).toMatchObject([{ what: 'there is no such file' }]);
    expect(problems).toEqual(['items: it holds no questions. Check dataset.path.']);
  });

  it('points to the lvbench format when a record holds a whole video', async () => {
    const { problems } = await load('original', [{ key: 'v', qa: [] }]);

    expect(problems[0]).toContain('Set dataset.format to lvbench');
  });

  it('takes a question without options as open-ended, and one without an answer as not scorable', async () => {
    const { items, warnings } = await load('original', [
      { key: 'v', uid: '1', question: 'Who?', answer: ' a man ' },
      { key: 'v', uid: '2', question, answer: '' },
      { key: 'w', uid: '3', question },
    ]);

    expect(items.map((item) => item.gold)).toEqual(['a man', null, null]);
    expect(warnings.map((line) => line.split(';')[0])).toEqual([
      'empty_answer, 1 questions',
      'missing_gold, 1 questions',
    ]);
  });
});

describe('the lvbench format', () => {
  const video = {
    key: 'Cm73ma6Ibcs',
    type: 'sport',
    video_info: { fps: 25 },
    qa: [
      {
        uid: '55',
        question,
        answer: 'D',
        question_type: ['key information retrieval', 'reasoning'],
        time_reference: '00:15-00:19',
      },
      {
        uid: '56',
        question,
        answer: 'a',
        question_type: ['summarization'],
        time_reference: '1:02:03-1:02:10',
      },
      { uid: '57', question, answer: 'B', question_type: [] },
      { uid: '58', question, answer: 'C', question_type: ['reasoning'], time_reference: 'the end' },
      {
        uid: '59',
        question,
        answer: 'C',
        question_type: ['reasoning'],
        time_reference: '02:00-01:00',
      },
    ],
  };

  it('D1: makes one item of each question, with its labels and annotated time', async () => {
    const { items, problems } = await load('lvbench', [video]);

    expect(problems).toEqual([]);
    expect(items.map((item) => item.itemId)).toEqual(['55', '56', '57', '58', '59']);
    expect(items.map((item) => item.gold)).toEqual(['D', 'A', 'B', 'C', 'C']);
    expect(items[0]).toMatchObject({
      videoIds: ['Cm73ma6Ibcs'],
      categories: { question_type: ['key information retrieval', 'reasoning'], type: ['sport'] },
      source: {
        key: 'Cm73ma6Ibcs',
        uid: '55',
        video_info: { fps: 25 },
        time_reference: '00:15-00:19',
      },
    });
    expect(items[0]?.source).not.toHaveProperty('qa');
  });

  it('reads mm:ss and hh:mm:ss, and warns of a time that is missing or something else', async () => {
    const { items, warnings } = await load('lvbench', [video]);

    expect(items.map((item) => item.goldSpans)).toEqual([
      [{ startSeconds: 15, endSeconds: 19 }],
      [{ startSeconds: 3723, endSeconds: 3730 }],
      [],
      [],
      [],
    ]);
    expect(warnings.filter((line) => line.startsWith('empty_spans'))).toEqual([
      'empty_spans, 3 questions; first: items, line 1, record 3: it has no annotated time. It is left out ' +
        'of hit rates.',
    ]);
  });

  it('names the line of the video and the number of the question', async () => {
    const { problems } = await load('lvbench', [
      video,
      { key: 'other', qa: [{ uid: '60', answer: 'A' }] },
      { key: 'no-list', qa: 3 },
      { qa: [] },
    ]);

    expect(problems).toEqual([
      'items, line 2, record 6: the field question is missing. Add the field or remove the record.',
      'items, line 3: the field qa must be a list of questions. Mend the field or remove the record.',
      'items, line 4: the field key is missing. Add the field or remove the record.',
    ]);
  });

  it('refuses two questions with one uid, which LVBench scores by', async () => {
    const { problems } = await load('lvbench', [
      video,
      { key: 'w', qa: [{ uid: '55', question, answer: 'A' }] },
    ]);

    expect(problems).toEqual([
      'items, line 2, record 6: its id 55 is that of record 1, too. Give each its own id.',
    ]);
  });

  it('takes the first items only when there is a limit', async () => {
    const { items } = await load('lvbench', [video], 2);

    expect(items.map((item) => item.itemId)).toEqual(['55', '56']);
  });
});
