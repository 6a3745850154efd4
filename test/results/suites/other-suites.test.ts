import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../domain/hashing.ts';
import { exportSuite, type SuiteFormat } from '../../../results/suites/export-suite.ts';
import { type Ended, judgement, suiteRun } from './suite-run.ts';

let made: Awaited<ReturnType<typeof suiteRun>> | null = null;
afterEach(() => made?.remove());

async function exported(datasetFormat: string, format: SuiteFormat, ended: readonly Ended[]) {
  made = await suiteRun(datasetFormat, ended);
  const { sources, run, directory } = made;
  const target = { directory, judge: null, overwrite: false };
  return { ...made, ...(await exportSuite(sources, run, format, target)) };
}

describe('the answers file of LVBench', () => {
  const of = (uid: string, said: string | null, changes: Partial<Ended> = {}): Ended => ({
    id: uid,
    said,
    source: { uid },
    categories: { question_type: ['reasoning'] },
    ...changes,
  });

  it('names a question without an answer, too, so that leaving it out raises no score', async () => {
    const { read, notes } = await exported('lvbench', 'lvbench-answers', [
      of('7', 'B', { categories: { question_type: ['reasoning', 'summarization'] } }),
      of('8', 'A'),
      of('9', 'no idea'),
      of('10', null),
      of('11', 'B', { outcome: 'cancelled' }),
    ]);

    expect(await read('answers.json')).toEqual({ '7': 'B', '8': 'A', '9': '', '10': '' });
    expect(await read('result.json')).toEqual({ Rea: 0.25, Sum: 1, Overall: 0.25 });
    expect(notes).toEqual(['2 of 4 questions have no answer: they stand as "", wrong']);
  });

  it('stands alone where nobody knows the right answers', async () => {
    const { files } = await exported('lvbench', 'lvbench-answers', [of('7', 'B', { gold: null })]);

    expect(files).toEqual([join(made!.directory, 'answers.json')]);
  });

  it('needs the uid of every question', async () => {
    await expect(
      exported('original', 'lvbench-answers', [of('v#1', 'B', { source: { key: 'v' } })]),
    ).rejects.toThrow('Item v#1 has no uid');
  });
});

describe('the submission of EgoSchema', () => {
  it('numbers options from 0, and leaves out what has no answer', async () => {
    const { read, notes } = await exported('egoschema', 'egoschema', [
      { id: 'u1', said: 'B', gold: null },
      { id: 'u2', said: 'A', gold: null },
      { id: 'u3', said: null, gold: null },
    ]);

    expect(await read('submission.json')).toEqual({ u1: 1, u2: 0 });
    expect(notes).toEqual(['1 questions have no answer and are not in the file']);
  });
});

describe("Free Video-LLM's files", () => {
  const open = (id: string, said: string | null, changes: Partial<Ended> = {}): Ended => ({
    id,
    said,
    question: `what is in ${id}?`,
    options: [],
    gold: 'a dog',
    ...changes,
  });
  const ended = [
    open('q_1', 'a dog', { judgements: [judgement({ verdict: 'yes', score: 4.8 })] }),
    open('q_2', 'a cat', { judgements: [judgement({ verdict: 'no', score: 1 })] }),
    open('q_3', 'a hound', { judgements: [judgement({ state: 'unparsed' })] }),
    open('q_4', null),
  ];

  it('lie where its scripts put them, and say what its log says', async () => {
    const { read, directory, notes } = await exported('activitynet-qa', 'free-video-llm', ended);
    const set = join('Activitynet_Zero_Shot_QA', 'suite-1');

    expect(await made!.written()).toEqual([
      join('artifacts', set, 'merge.jsonl'),
      join('artifacts', set, 'results.json'),
      join('eval_save_dir', set, 'gpt-judge-1a2b3c4d', 'q_1.json'),
      join('eval_save_dir', set, 'gpt-judge-1a2b3c4d', 'q_2.json'),
      join('logs', 'suite-1_activitynet.log'),
    ]);
    const lines = await readFile(join(directory, 'artifacts', set, 'merge.jsonl'), 'utf8');
    expect(
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { question: 'what is in q_1?', id: 'q_1', answer: 'a dog', pred: 'a dog' },
      { question: 'what is in q_2?', id: 'q_2', answer: 'a dog', pred: 'a cat' },
      { question: 'what is in q_3?', id: 'q_3', answer: 'a dog', pred: 'a hound' },
    ]);
    const first = [
      { pred: 'yes', score: 4.8 },
      { q: 'what is in q_1?', a: 'a dog', pred: 'a dog' },
    ];
    expect(await read(join('eval_save_dir', set, 'gpt-judge-1a2b3c4d', 'q_1.json'))).toEqual(first);
    expect(await read(join('artifacts', set, 'results.json'))).toMatchObject({ q_1: first });
    const log = await readFile(join(directory, 'logs', 'suite-1_activitynet.log'), 'utf8');
    expect(log).toContain('Yes count: 1\nNo count: 1\nAccuracy: 0.5\nAverage score: 2.5\n');
    expect(notes[0]).toBe('1 questions failed and are in no file');
  });

  it('have an empty text for an answer that nobody knows: its script cannot read null', async () => {
    const { directory, notes } = await exported('msvd-qa', 'free-video-llm', [
      open('q_1', 'a dog', { gold: null }),
    ]);

    const file = join(directory, 'artifacts', 'MSVD_Zero_Shot_QA', 'suite-1', 'merge.jsonl');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ id: 'q_1', answer: '' });
    expect(notes).toContain('1 questions have no known answer: it stands as ""');
  });

  it('are the predictions alone before anybody has judged', async () => {
    await exported('msvd-qa', 'free-video-llm', [open('q_1', 'a dog')]);

    expect(await made!.written()).toEqual([
      join('artifacts', 'MSVD_Zero_Shot_QA', 'suite-1', 'merge.jsonl'),
    ]);
  });
});

describe("lmms-eval's files", () => {
  it('list the options of a question whose own words hold them by chance', async () => {
    const options = ['1', '2'].map((text, n) => ({ letter: 'AB'[n]!, text }));
    const question = 'How many of the 12 cars are red?';
    await exported('mvbench', 'lmms-eval', [{ id: 'q1', said: 'B', question, options }]);

    const [, samples] = await made!.written();
    const sample = JSON.parse(await readFile(join(made!.directory, samples!), 'utf8')) as object;
    expect(sample).toMatchObject({ input: `${question}\n(A) 1\n(B) 2` });
  });

  it('have its fields, and take no failure for an answer', async () => {
    const source = { uid: 'q1', key: 'v1' };
    await exported('videomme', 'lmms-eval', [
      { id: 'q1', said: 'B', source },
      { id: 'q2', said: 'A' },
      { id: 'q3', said: null },
      { id: 'q4', said: 'A', gold: null, correct: null },
    ]);

    const date = '20260101_000000';
    const folder = 'qwen__qwen-vl';
    expect(await made!.written()).toEqual([
      join(folder, `${date}_results.json`),
      join(folder, `${date}_samples_sample.jsonl`),
    ]);
    const text = await readFile(
      join(made!.directory, folder, `${date}_samples_sample.jsonl`),
      'utf8',
    );
    const samples = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(samples[0]).toEqual({
      doc_id: 0,
      input: 'Which shape appears?\n(A) circle\n(B) square',
      target: 'B',
      resps: ['B'],
      filtered_resps: ['B'],
      token_counts: [{ input_tokens: 0, output_tokens: 0 }],
      doc_hash: sha256Hex(JSON.stringify(source, null, 2)),
      exact_match: 1,
      outcome: 'answered',
      item_id: 'q1',
    });
    expect(samples.slice(1)).toMatchObject([
      { filtered_resps: ['A'], exact_match: 0, outcome: 'answered' },
      { resps: [''], filtered_resps: [''], exact_match: 0, outcome: 'failed' },
      { doc_id: 3, target: '' },
    ]);
    expect(samples[3]).not.toHaveProperty('exact_match');
    const results = await made!.read(join(folder, `${date}_results.json`));
    expect(results).toMatchObject({
      results: { sample: { 'exact_match,none': 1 / 3, samples: 3 } },
      'n-samples': { sample: { original: 4, effective: 4 } },
      model_name: 'qwen/qwen-vl',
      model_name_sanitized: folder,
    });
  });
});
