import { afterEach, describe, expect, it } from 'vitest';
import { exportSuite } from '../../../results/suites/export-suite.ts';
import { type Ended, judgement, suiteRun } from './suite-run.ts';

const options = [
  { letter: 'A', text: 'circle' },
  { letter: 'B', text: 'square' },
];
let made: Awaited<ReturnType<typeof suiteRun>> | null = null;
afterEach(() => made?.remove());

async function exported(format: string, ended: readonly Ended[], judge: string | null = null) {
  made = await suiteRun(format, ended, 'Inter4K');
  const { sources, run, directory } = made;
  const target = { directory, judge, overwrite: false };
  return { ...made, ...(await exportSuite(sources, run, 'pllava', target)) };
}

const choice = (id: string, task: string, said: string | null, changes: Partial<Ended> = {}) => ({
  id,
  said,
  question: `Which shape is in ${id}?`,
  options,
  categories: { task_type: [task] },
  video_ids: [`video-${id}`],
  ...changes,
});

describe("PLLaVA's files of MVBench", () => {
  it('have every question that was asked, counted by its own rule, and no more', async () => {
    const { read, written } = await exported('mvbench', [
      choice('q1', 'Action Count', '(B) square'),
      choice('q2', 'Action Count', 'Best: (B)'),
      choice('q3', 'State Change', 'B'),
      choice('q4', 'State Change', null),
      choice('q5', 'State Change', null, { outcome: 'skipped', failure: null }),
    ]);

    expect(await written()).toEqual(['all_results.json', 'upload_leaderboard.json']);
    expect(await read('all_results.json')).toEqual({
      acc_dict: { 'Action Count': [1, 2], 'State Change': [1, 2] },
      result_list: [
        {
          pred: '(B) square',
          gt: '(B) square',
          task_type: 'Action Count',
          video_path: 'DATAS/videos/video-q1',
          question: 'Question: Which shape is in q1?\nOptions:\n(A) circle\n(B) square',
        },
        expect.objectContaining({ pred: 'Best: (B)' }),
        expect.objectContaining({ pred: 'B' }),
        expect.objectContaining({ pred: '', task_type: 'State Change' }),
      ],
    });
    expect(await read('upload_leaderboard.json')).toEqual({
      'Action Count': 50,
      'State Change': 50,
      Avg: 50,
    });
  });

  it('have no leaderboard where nobody knows the right answers', async () => {
    const { read, written, notes } = await exported('mvbench', [
      choice('q1', 'Action Count', 'B', { gold: null }),
    ]);

    expect(await written()).toEqual(['all_results.json']);
    expect(await read('all_results.json')).toMatchObject({
      acc_dict: {},
      result_list: [{ pred: 'B', gt: null }],
    });
    expect(notes).toEqual(['1 questions have no right option: not counted']);
  });
});

const open = (id: string, said: string | null, changes: Partial<Ended> = {}): Ended => ({
  id,
  said,
  question: `what is in ${id}?`,
  options: [],
  gold: 'a dog',
  video_ids: [`video-${id}`],
  ...changes,
});
const yes = judgement({ verdict: 'yes', score: 4.8 });
const no = judgement({ verdict: 'no', score: 1 });

describe("PLLaVA's files of VideoQA", () => {
  it('have the verdicts of the judge, "no" and 0 for an answer or reply without one, and no failed call', async () => {
    const { read, written, notes } = await exported('msvd-qa', [
      open('q1', 'a dog', { judgements: [yes] }),
      open('q2', 'a cat', { judgements: [no] }),
      open('q3', null),
      open('q4', 'a hound', { judgements: [judgement({ state: 'unparsed' })] }),
      open('q5', 'a puppy'),
      open('q6', 'a whelp', {
        judgements: [judgement({ state: 'failed', failure_class: 'timeout' })],
      }),
    ]);

    expect(await written()).toEqual([
      'all_results.json',
      'inference_results.json',
      'upload_leaderboard.json',
    ]);
    const record = (id: string, pred: string) => ({
      pred,
      gt: 'a dog',
      task_type: 'MSVD_QA',
      question: `what is in ${id}?`,
      video_path: `DATAS/videos/video-${id}`,
    });
    expect(await read('inference_results.json')).toEqual([
      record('q1', 'a dog'),
      record('q2', 'a cat'),
      record('q3', ''),
      record('q4', 'a hound'),
      record('q5', 'a puppy'),
      record('q6', 'a whelp'),
    ]);
    expect(await read('all_results.json')).toEqual({
      acc_dict: { MSVD_QA: { correct: 1, total: 4, score: 5.8 } },
      result_list: [
        { ...record('q1', 'a dog'), score: 4.8, correct: true },
        { ...record('q2', 'a cat'), score: 1, correct: false },
        { ...record('q3', ''), score: 0, correct: false },
        { ...record('q4', 'a hound'), score: 0, correct: false },
      ],
    });
    expect(await read('upload_leaderboard.json')).toEqual({
      MSVD_QA: { acc: 25, score: 1.45 },
      Avg_Acc: 25,
      Avg_Score: 1.45,
    });
    expect(notes).toEqual([
      '2 answers are not among the judged: the judge has not been asked, or its call failed',
    ]);
  });

  it('are the predictions alone before anybody has judged', async () => {
    const { written, notes } = await exported('tgif-qa', [open('q1', 'a dog')]);

    expect(await written()).toEqual(['inference_results.json']);
    expect(notes).toEqual(['no answer has been judged: no scores are written']);
  });

  it('are of one judge, who must be named where there are several', async () => {
    const other = judgement({ judge: 'another-judge', verdict: 'no', score: 0 });
    const ended = [open('q1', 'a dog', { judgements: [yes, other] })];

    await expect(exported('msvd-qa', ended)).rejects.toThrow(
      'Several judges have judged this run. Judges: gpt-judge-1a2b3c4d, another-judge. Choose with --judge.',
    );
    await made?.remove();
    await expect(exported('msvd-qa', ended, 'nobody')).rejects.toThrow('There is no judge nobody');
    await made?.remove();
    const { read } = await exported('msvd-qa', ended, 'another-judge');
    expect(await read('upload_leaderboard.json')).toMatchObject({ Avg_Acc: 0 });
  });
});

describe("PLLaVA's files of recaptioning", () => {
  it('keep the plain values of the annotation, and name the judge', async () => {
    const source = { video_name: 'clip', caption: 'a dog runs', size: 3, tags: ['x'] };
    const { read, written } = await exported('recaption', [
      open('clip', 'A dog runs over a field.', {
        source,
        gold: 'a dog runs',
        question: 'Describe the clip.',
        judgements: [yes],
      }),
    ]);

    expect(await written()).toEqual([
      'final_results-gpt-judge-1a2b3c4d.json',
      'inference_results.json',
      'upload_leaderboard.json',
    ]);
    expect(await read('inference_results.json')).toEqual([
      {
        pred: 'A dog runs over a field.',
        task_type: 'Inter4K',
        video_path: 'DATAS/videos/video-clip',
        query: 'Describe the clip.',
        video_name: 'clip',
        caption: 'a dog runs',
        size: 3,
      },
    ]);
    expect(await read('upload_leaderboard.json')).toEqual({
      Inter4K: { acc: 100, score: 4.8 },
      Avg_Acc: 100,
      Avg_Score: 4.8,
    });
  });
});

describe("PLLaVA's files of VCGBench", () => {
  const scored = (dimension: 'CI' | 'DO' | 'CU' | 'TU' | 'CO', score: number) =>
    judgement({ contract: dimension === 'CO' ? 'consistency' : 'score', dimension, score });
  const ended = [
    open('generic_v_0', 'A dog runs.', {
      categories: { dimension: ['CI', 'DO', 'CU'] },
      judgements: [scored('CI', 4), scored('DO', 3), scored('CU', 5)],
    }),
    open('temporal_v_0', 'First a dog, then a cat.', {
      categories: { dimension: ['TU'] },
      judgements: [scored('TU', 2)],
    }),
    open('consistency_v_0/1', 'A dog.', {
      categories: { dimension: ['CO'], pair: ['consistency_v_0'] },
      judgements: [scored('CO', 4)],
    }),
    open('consistency_v_0/2', 'It is a dog.', {
      categories: { dimension: ['CO'], pair: ['consistency_v_0'] },
    }),
    open('consistency_v_1/2', 'Half of a pair.', {
      categories: { dimension: ['CO'], pair: ['consistency_v_1'] },
    }),
  ];

  it('P4, P7: keep each answer of a pair with its own question, and the path of the video', async () => {
    const { read, notes } = await exported('vcgbench', ended);

    const list = (await read('inference_results.json')) as Record<string, unknown>[];
    expect(list.map(({ task_type: task }) => task)).toEqual([
      'generic_qa',
      'temporal_qa',
      'consistency_qa',
    ]);
    expect(list[2]).toEqual({
      pred: 'A dog.',
      pred1: 'It is a dog.',
      gt: 'a dog',
      video_path: 'DATAS/videos/video-consistency_v_0/1',
      task_type: 'consistency_qa',
      question: 'what is in consistency_v_0/1?',
      question1: 'what is in consistency_v_0/2?',
    });
    expect(notes).toEqual(['1 answers are half of a consistency pair, and in no file']);
  });

  it('P5: score each dimension, above 3 as right, and average over all judgements', async () => {
    const { read, written } = await exported('vcgbench', ended);

    expect(await written()).toEqual([
      'final_results-gpt-judge-1a2b3c4d.json',
      'inference_results.json',
      'upload_leaderboard-gpt-judge-1a2b3c4d.json',
    ]);
    expect(await read('final_results-gpt-judge-1a2b3c4d.json')).toMatchObject({
      acc_dict: {
        context: { correct: 1, total: 1, score: 5 },
        detailed_orientation: { correct: 0, total: 1, score: 3 },
        correctness: { correct: 1, total: 1, score: 4 },
        temporal: { correct: 0, total: 1, score: 2 },
        consistency: { correct: 1, total: 1, score: 4 },
      },
      result_list: [
        { scores: { context: 5, detailed_orientation: 3, correctness: 4 } },
        { scores: { temporal: 2 } },
        { scores: { consistency: 4 } },
      ],
    });
    expect(await read('upload_leaderboard-gpt-judge-1a2b3c4d.json')).toEqual({
      context: { acc: 100, score: 5 },
      detailed_orientation: { acc: 0, score: 3 },
      correctness: { acc: 100, score: 4 },
      temporal: { acc: 0, score: 2 },
      consistency: { acc: 100, score: 4 },
      Avg_Acc: 60,
      Avg_Score: 3.6,
    });
  });
});

it("refuses to replace another run's files", async () => {
  made = await suiteRun('mvbench', [choice('q1', 'Action Count', 'B')]);
  const { sources, run, directory } = made;
  const target = { directory, judge: null, overwrite: false };
  await exportSuite(sources, run, 'pllava', target);
  const other = { ...run, spec: { ...run.spec, runId: 'other-1' } };

  await expect(exportSuite(sources, other, 'pllava', target)).rejects.toThrow('suite-1');
  await exportSuite(sources, other, 'pllava', { ...target, overwrite: true });
});
