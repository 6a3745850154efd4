import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPllava } from '../../../adapters/foreign-results/read-pllava.ts';
import { importedRun } from '../../../domain/imported-run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-pllava-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = (name: string, value: unknown) =>
  writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
const imported = async () => importedRun('theirs', await readPllava(folder));

const choice = (pred: string, gt: string, task = 'Action Count') => ({
  pred,
  gt,
  task_type: task,
  video_path: 'DATAS/MVBench/video/perception/videos/video_7.mp4',
  question: 'Question: How many\nare there?\nOptions:\n(A) one\n(B) two (2)\n(C) three',
});
const mvbench = (...list: readonly object[]) =>
  put('all_results.json', { acc_dict: {}, result_list: list });

describe('results of MVBench', () => {
  it('are questions with options, read by our parser and scored by both rules', async () => {
    await mvbench(
      choice('(B) two (2)', '(B) two (2)'),
      choice('(A) one', '(B) two (2)'),
      choice('(be', '(B) two (2)'),
    );

    const { rows, spec } = await imported();

    expect(rows[0]).toMatchObject({
      task: 'multiple-choice',
      dataset: 'mvbench',
      question: 'How many\nare there?',
      options: [
        { letter: 'A', text: 'one' },
        { letter: 'B', text: 'two (2)' },
        { letter: 'C', text: 'three' },
      ],
      gold: 'B',
      outcome: 'answered',
      answer: 'B',
      correct: true,
      categories: { task_type: ['Action Count'] },
      video_ids: ['MVBench/video/perception/videos/video_7'],
      source: { pred: '(B) two (2)' },
      steps: [],
      usage: { calls: 0, paid_usd: null },
    });
    expect(rows.map(({ scores }) => scores['mvbench']?.value)).toEqual([1, 0, null]);
    expect(rows.map(({ outcome }) => outcome)).toEqual(['answered', 'answered', 'unparsed']);
    expect(new Set(rows.map((row) => row.item_id)).size).toBe(3);
    expect(spec).toMatchObject({ strategy: { name: 'imported' }, dataset: { format: 'mvbench' } });
  });

  it('P9: have a question whose video could not be read as failed, and never scored', async () => {
    await mvbench(
      choice('(B)', '(B) two (2)', 'error_reading_video'),
      choice('(B)', '(B) two (2)'),
    );

    const { rows } = await imported();

    expect(rows[0]).toMatchObject({
      outcome: 'failed',
      failure: { class: 'bad_media', step: null },
      answer: null,
      correct: null,
      categories: {},
      reply_artifact: null,
    });
    expect(Object.values(rows[0]!.scores).map(({ state }) => state)).toEqual([
      'unscored',
      'unscored',
    ]);
  });

  it('know no right option where the file names none', async () => {
    await mvbench(choice('(B)', '(@) four'));

    expect((await imported()).rows[0]).toMatchObject({ gold: null, correct: null });
  });
});

const qa = (id: number, pred: string, more: object = {}) => ({
  pred,
  gt: 'dog',
  task_type: 'MSVD_QA',
  question: `what is in ${id}?`,
  video_path: `DATAS/VideoQA/videos/${id}.avi`,
  ...more,
});

describe('results of VideoQA', () => {
  it('have their judgements by what was asked and said, whatever the order', async () => {
    await put('inference_results.json', [qa(1, 'a dog'), qa(2, 'a cat'), qa(3, 'a bird')]);
    await put('all_results.json', {
      acc_dict: {},
      result_list: [
        qa(2, 'a cat', { score: 1, correct: false }),
        qa(1, 'a dog', { score: 4.8, correct: true }),
      ],
    });

    const { rows, spec } = await imported();

    expect(spec.dataset).toMatchObject({ format: 'msvd-qa', datasetId: 'msvd-qa' });
    expect(rows.map(({ answer, judgements }) => [answer, judgements.length])).toEqual([
      ['a dog', 1],
      ['a cat', 1],
      ['a bird', 0],
    ]);
    expect(rows[0]!.judgements[0]).toMatchObject({
      judge: 'unknown',
      contract: 'yes-no-score',
      verdict: 'yes',
      score: 4.8,
      state: 'judged',
    });
    expect(rows[1]!.scores).toMatchObject({
      'unknown/verdict': { value: 0 },
      'unknown/score': { value: 1 },
    });
  });

  it('have the judge that a person names, where the file names none', async () => {
    await put('all_results.json', {
      acc_dict: {},
      result_list: [qa(1, 'a dog', { score: 4, correct: true })],
    });
    const named = importedRun('theirs', await readPllava(folder, 'gpt-3.5-turbo-0125'));

    expect(named.rows[0]!.judgements).toMatchObject([{ judge: 'gpt-3.5-turbo-0125' }]);
    expect(named.spec.runId).not.toBe((await imported()).spec.runId);
  });

  it('take a file of the judge `unknown`, as we export it, for one that names nobody', async () => {
    const record = qa(1, 'a dog', { score: 4, correct: true });
    await put('final_results-unknown.json', { acc_dict: {}, result_list: [record] });

    const named = importedRun('theirs', await readPllava(folder, 'gpt-4'));

    expect(named.rows[0]!.judgements).toMatchObject([{ judge: 'gpt-4' }]);
  });

  it('take an empty prediction for none, and a score that is none for no judgement', async () => {
    await put('all_results.json', {
      acc_dict: {},
      result_list: [
        qa(1, '', { score: 0, correct: false }),
        qa(2, 'a dog', { score: 48, correct: true }),
      ],
    });

    const { rows } = await imported();

    expect(rows[0]).toMatchObject({ outcome: 'unparsed', answer: null });
    expect(rows[1]!.judgements).toMatchObject([{ state: 'unparsed', score: null, verdict: null }]);
  });
});

describe('results of VCGBench', () => {
  const generic = {
    pred: 'A dog runs.',
    gt: 'A dog is running.',
    video_path: 'DATAS/VCGBench/v_1.mp4',
    question: 'What happens?',
    task_type: 'generic_qa',
  };
  const answers = { pred: 'answer to the first', pred1: 'answer to the second', gt: 'a dog' };
  const task = { task_type: 'consistency_qa' };

  it('have a judgement for each dimension of each judge', async () => {
    await put('inference_results.json', [generic]);
    for (const [judge, score] of [
      ['gpt-a', 4],
      ['gpt-b', 2],
    ] as const) {
      const scores = { context: score, detailed_orientation: 3, correctness: 5 };
      await put(`final_results-${judge}.json`, {
        acc_dict: {},
        result_list: [{ ...generic, scores }],
      });
    }

    const { rows } = await imported();

    expect(rows).toHaveLength(1);
    expect(rows[0]!.categories).toEqual({ dimension: ['CU', 'DO', 'CI'] });
    expect(rows[0]!.judgements.map((one) => [one.judge, one.dimension, one.score])).toEqual([
      ['gpt-a', 'CU', 4],
      ['gpt-a', 'DO', 3],
      ['gpt-a', 'CI', 5],
      ['gpt-b', 'CU', 2],
      ['gpt-b', 'DO', 3],
      ['gpt-b', 'CI', 5],
    ]);
  });

  it('take scores beside the predictions for those of an earlier judging', async () => {
    const scores = { context: 4, detailed_orientation: 3, correctness: 5 };
    await put('inference_results.json', [{ ...generic, scores }]);
    const judgesOf = async () =>
      (await imported()).rows[0]!.judgements.map(({ judge, dimension }) => [judge, dimension]);

    expect(await judgesOf()).toContainEqual(['unknown', 'CU']);
    const one = { acc_dict: {}, result_list: [{ ...generic, scores: { context: 4 } }] };
    await put('final_results-gpt.json', one);
    expect(await judgesOf()).toEqual([['gpt', 'CU']]);
  });

  it('have the same ids for a pair whoever wrote it, PLLaVA or our export', async () => {
    const pair = { ...answers, ...task };
    const theirs = { ...pair, video: 'v/1.mp4', question: 'second?', question1: 'first?' };
    const ours = { ...pair, video_path: 'v/1.mp4', question: 'first?', question1: 'second?' };
    const idsOf = async (record: object) => {
      await put('final_results-gpt.json', { acc_dict: {}, result_list: [record] });
      return (await imported()).rows.map((row) => row.item_id);
    };

    expect(await idsOf(theirs)).toEqual(await idsOf(ours));
  });

  it('P4, P7: undo the swap of the questions where PLLaVA wrote `video`, and leave ours alone', async () => {
    const theirs = { ...answers, ...task, question: 'second?', question1: 'first?' };
    const ours = { ...answers, ...task, question: 'first?', question1: 'second?' };
    await put('final_results-gpt.json', {
      acc_dict: {},
      result_list: [
        { ...theirs, video: 'v/1.mp4', scores: { consistency: 4 } },
        { ...ours, video_path: 'v/2.mp4', scores: { consistency: 2 } },
      ],
    });

    const { rows } = await imported();

    expect(rows.map(({ question, answer }) => [question, answer])).toEqual([
      ['first?', 'answer to the first'],
      ['second?', 'answer to the second'],
      ['first?', 'answer to the first'],
      ['second?', 'answer to the second'],
    ]);
    const [first, second] = rows;
    expect(first!.categories['pair']).toEqual(second!.categories['pair']);
    expect(first!.judgements).toMatchObject([
      {
        contract: 'consistency',
        dimension: 'CO',
        score: 4,
        item_ids: [first!.item_id, second!.item_id],
      },
    ]);
    expect(second!.judgements).toEqual([]);
    expect(first!.video_ids).toEqual(['v/1']);
  });
});

it('of recaptioning have the caption that was there before as gold', async () => {
  const record = { task_type: 'Inter4K', video_path: 'v/1.mp4', query: 'Describe it.' };
  await put('inference_results.json', [
    { ...record, pred: 'A long dog.', video_name: '1', caption: 'a dog' },
    { ...record, pred: 'A cat.', video_path: 'v/2.mp4', video_name: '2' },
  ]);

  const { rows, spec } = await imported();

  expect(rows.map(({ gold, answer }) => [gold, answer])).toEqual([
    ['a dog', 'A long dog.'],
    [null, 'A cat.'],
  ]);
  expect(spec.dataset).toMatchObject({ format: 'recaption', datasetId: 'Inter4K' });
  for (const { task, dataset } of rows)
    expect({ task, dataset }).toEqual({ task: 'caption', dataset: 'Inter4K' });
});

describe('a run', () => {
  it('is the same wherever and whenever the same results lie', async () => {
    await mvbench(choice('(B)', '(B) two (2)'));
    const first = await readPllava(folder);
    const again = { ...first, folder: '/elsewhere', writtenAt: '2020-01-01T00:00:00.000Z' };

    expect(importedRun('x', again).spec.runId).toBe(importedRun('x', first).spec.runId);
    await mvbench(choice('(A)', '(B) two (2)'));
    expect((await imported()).spec.runId).not.toBe(importedRun('theirs', first).spec.runId);
  });
});

describe('damaged results', () => {
  const refused = async (message: string | RegExp) => {
    await expect(readPllava(folder)).rejects.toThrow(message);
  };

  it('are refused with the file and the reason', async () => {
    await refused('There are no results of PLLaVA in');
    await put('all_results.json', '{"acc_dict": {}, "result_list": [{"pred": "(A');
    await refused(/all_results\.json is not whole JSON \(/);
    await writeFile(join(folder, 'all_results.json'), new Uint8Array([0x7b, 0xff, 0xfe]));
    await refused('all_results.json is not UTF-8 text');
    await put('all_results.json', [1]);
    await refused('all_results.json does not hold an object with result_list');
    await put('all_results.json', { acc_dict: {} });
    await refused('all_results.json has no list result_list');
    await mvbench();
    await refused('all_results.json holds no records');
  });

  it('are refused with the record that is wrong', async () => {
    await mvbench(choice('(A)', '(A) one'), { ...choice('', ''), pred: 7 });
    await refused(/all_results\.json, record 2: pred must be text/);
    await mvbench(choice('(A)', '(A) one'), { ...choice('(A)', '(A) one'), video_path: null });
    await refused('record 2: video_path is missing');
    await mvbench(choice('(A)', '(A) one'), qa(1, 'a dog'));
    await refused('record 2: it belongs to videoqa, those before it to mvbench');
    await mvbench(choice('(A)', '(A) one'), { ...choice('(A)', '(A) one'), question: 'Two?' });
    await refused("record 2: its question is not worded as MVBench's");
    await mvbench({ ...qa(1, 'a dog'), task_type: 'Something' });
    await refused('record 1: its task_type Something is of none of PLLaVA');
  });

  it('are refused when two files are of two suites', async () => {
    await put('inference_results.json', [qa(1, 'a dog')]);
    await mvbench(choice('(A)', '(A) one'));

    await refused('all_results.json holds results of mvbench');
  });

  it('are refused when a judged file is of another run', async () => {
    await put('inference_results.json', [qa(1, 'a dog'), qa(2, 'a cat')]);
    const judged = { score: 4, correct: true };
    await put('final_results-gpt.json', {
      acc_dict: {},
      result_list: [qa(1, 'a dog', judged), qa(2, 'a bird', judged), qa(3, 'a fish', judged)],
    });

    await refused(/final_results-gpt\.json holds 2 records .* of another run\. Move/);
  });

  it('are refused when the folder is not there', async () => {
    await expect(readPllava(join(folder, 'nowhere'))).rejects.toThrow('cannot be read (ENOENT)');
  });
});
