import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../domain/config/config.ts';
import type { Row } from '../../domain/row.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';
import { choiceSets, egoschema, lvbench } from '../support/suites/choices.ts';
import { freeVideoLlmSets } from '../support/suites/free-video-llm.ts';
import type { SuiteLayout } from '../support/suites/layout.ts';
import { pllavaSuites } from '../support/suites/pllava.ts';
import { hasFfmpeg, openSuiteWorld, type SuiteWorld } from '../support/suites/world.ts';

const obstacle = e2eObstacle ?? (hasFfmpeg ? null : 'no ffmpeg on PATH');
const answerFrames = 4;

type Exported = {
  readonly summary: RunSummary;
  readonly rows: readonly Row[];
  readonly names: readonly string[];
  readonly json: (name: string) => Promise<never>;
  readonly lines: (name: string) => Promise<readonly Record<string, unknown>[]>;
  readonly text: (name: string) => Promise<string>;
  /** The judge of the answers. */
  readonly judge: string;
};

describe.skipIf(obstacle !== null)('every suite from its own folders to its own files', () => {
  let place: Awaited<ReturnType<typeof makeHome>>;
  let provider: RemoteProvider;
  let world: SuiteWorld;
  let folder: string;

  beforeAll(async () => {
    place = await makeHome();
    folder = dirname(place.home);
    provider = await startRemoteProvider(folder);
    world = await openSuiteWorld(join(folder, 'clips'), 4);
  }, 240_000);
  afterAll(async () => {
    await provider.close();
    await place.remove();
  });

  async function videoqa(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runCli(args, place);
    if (code !== 0) throw new Error(`videoqa ${args.join(' ')}: ${code}\n${stderr}`);
    return stdout;
  }

  function configOf({ name, format, path, contract, settings }: SuiteLayout): ConfigInput {
    const model = {
      provider: 'simulated',
      baseUrl: `${provider.url}/v1`,
      identity: 'simulated',
      apiKeyEnv: null,
      price: { inputPerM: 0.4, outputPerM: 1.2 },
    } as const;
    return {
      name,
      dataset: { name, format, path, extract: { count: 8 }, ...settings },
      models: {
        answer: { ...model, model: 'simulated-vlm' },
        ...(contract !== undefined && { judge: { ...model, model: 'simulated-judge' } }),
      },
      strategy: { name: 'uniform', answerFrames },
      ...(contract !== undefined && { judge: { contract } }),
    };
  }

  /** Runs a suite that lies below `root`, and exports it. */
  async function evaluate(layout: SuiteLayout, root: string): Promise<Exported> {
    const file = join(root, 'run.yaml');
    await writeFile(file, JSON.stringify(configOf(layout)));
    const summary = JSON.parse(await videoqa(['run', file, '--json'])) as RunSummary;
    const { runId } = summary;
    const out = join(root, 'out');
    await videoqa(['export', runId, '--format', layout.exportAs, '--out', out]);
    const { rows } = await readRun(place.home, runId);
    const text = (name: string) => readFile(join(out, name), 'utf8');
    const files = await readdir(out, { recursive: true, withFileTypes: true });
    return {
      summary,
      rows,
      names: files
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1))
        .toSorted(),
      json: async (name) => JSON.parse(await text(name)) as never,
      lines: async (name) =>
        (await text(name))
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      text,
      judge: summary.judges?.[0]?.judge ?? '',
    };
  }

  async function evaluated(layout: SuiteLayout): Promise<Exported> {
    const root = join(folder, layout.name.replaceAll(' ', '-'), layout.exportAs);
    await layout.place(world, root);
    const exported = await evaluate(layout, root);
    const { rows, summary } = exported;
    expect(summary.counts).toMatchObject({ answered: rows.length, failed: 0, unparsed: 0 });
    expect(rows.length).toBeGreaterThan(0);
    for (const { shown } of rows) expect(shown).toHaveLength(answerFrames);
    return exported;
  }

  const pllava = (name: string) => pllavaSuites.find((suite) => suite.name === name)!;

  it('MVBench: 20 tasks, their table and average', { timeout: 240_000 }, async () => {
    const { rows, names, json, summary } = await evaluated(pllava('MVBench'));

    expect(names.filter((name) => name.endsWith('.json') && !name.startsWith('.'))).toEqual([
      'all_results.json',
      'upload_leaderboard.json',
    ]);
    const { acc_dict: tasks, result_list: records } = (await json('all_results.json')) as {
      acc_dict: Record<string, [number, number]>;
      result_list: Record<string, string>[];
    };
    expect(Object.keys(tasks)).toHaveLength(20);
    for (const record of records)
      expect(Object.keys(record)).toEqual(['pred', 'gt', 'task_type', 'video_path', 'question']);
    const right = rows.filter(({ scores }) => scores['mvbench']?.value === 1).length;
    const board: Record<string, number> = await json('upload_leaderboard.json');
    expect(Object.keys(board)).toEqual([...Object.keys(tasks), 'Avg']);
    expect(board['Avg']).toBeCloseTo((right / 20) * 100, 9);
    for (const [task, [correct, total]] of Object.entries(tasks))
      expect(board[task]).toBe((correct / total) * 100);
    const folders = records.map(({ video_path: path = '' }) => path.split('/video/')[1]!);
    expect(folders[0]).toMatch(/^star\/Charades_v1_480\/.*\.mp4$/);
    expect(folders[2]).toMatch(/^ssv2_video\/.*\.webm$/);
    expect(folders[18]).toMatch(/^tvqa\/frames_fps3_hq\/[^.]+$/);

    const out = join(folder, 'MVBench/pllava/out');
    const imported = await videoqa(['import', '--format', 'pllava', out, '--json']);
    const { runId } = JSON.parse(imported) as { runId: string };
    const again = JSON.parse(await videoqa(['status', runId, '--json'])) as RunSummary;
    expect(again.accuracy).toMatchObject({
      correct: summary.accuracy!.correct,
      gold: summary.accuracy!.gold,
    });
  });

  it.each(['MSVD_QA', 'MSRVTT_QA', 'ActivityNet', 'TGIF_QA'])(
    "PLLaVA's VideoQA, %s: records, verdicts, scores",
    { timeout: 240_000 },
    async (set) => {
      const { rows, judge, json } = await evaluated(pllava(set));

      const fields = ['pred', 'gt', 'task_type', 'video_path', 'question'].toSorted();
      const inferred: Record<string, unknown>[] = await json('inference_results.json');
      expect(inferred).toHaveLength(rows.length);
      for (const record of inferred) expect(Object.keys(record).toSorted()).toEqual(fields);
      const { acc_dict: counts, result_list: records } = (await json('all_results.json')) as {
        acc_dict: object;
        result_list: { correct: boolean; score: number; gt: string }[];
      };
      expect(Object.keys(records[0]!).toSorted()).toEqual(
        [...fields, 'score', 'correct'].toSorted(),
      );
      expect(records.map(({ gt }) => gt)).toEqual(rows.map(({ gold }) => gold));
      const said = rows.map(({ judgements }) => judgements.find((one) => one.judge === judge)!);
      expect(records.map(({ correct, score }) => [correct, score])).toEqual(
        said.map(({ verdict, score }) => [verdict === 'yes', score]),
      );
      const correct = said.filter(({ verdict }) => verdict === 'yes').length;
      const score = said.reduce((sum, one) => sum + one.score!, 0);
      expect(counts).toEqual({ [set]: { correct, total: rows.length, score } });
      const mean = { acc: (correct / rows.length) * 100, score: score / rows.length };
      expect(await json('upload_leaderboard.json')).toEqual({
        [set]: mean,
        Avg_Acc: mean.acc,
        Avg_Score: mean.score,
      });
    },
  );

  it('VCGBench: five dimensions, pairs judged together', { timeout: 240_000 }, async () => {
    const { rows, judge, json, names } = await evaluated(pllava('VCGBench'));

    expect(names).toEqual(
      expect.arrayContaining([
        `final_results-${judge}.json`,
        'inference_results.json',
        `upload_leaderboard-${judge}.json`,
      ]),
    );
    const { acc_dict: counts, result_list: records } = (await json(
      `final_results-${judge}.json`,
    )) as {
      acc_dict: Record<string, { correct: number; total: number; score: number }>;
      result_list: Record<string, unknown>[];
    };
    const judgedTotals = { generic: 8, temporal: 4, consistency: 4 };
    expect(Object.fromEntries(Object.entries(counts).map(([k, { total }]) => [k, total]))).toEqual({
      context: judgedTotals.generic,
      detailed_orientation: judgedTotals.generic,
      correctness: judgedTotals.generic,
      temporal: judgedTotals.temporal,
      consistency: judgedTotals.consistency,
    });
    const base = ['pred', 'gt', 'task_type', 'video_path', 'question', 'scores'];
    for (const record of records) {
      const extra = record['task_type'] === 'consistency_qa' ? ['question1', 'pred1'] : [];
      expect(Object.keys(record).toSorted()).toEqual([...base, ...extra].toSorted());
    }
    const scores = rows.flatMap(({ judgements }) => judgements.map(({ score }) => score!));
    const board: Record<string, { acc: number; score: number }> & Record<string, number> =
      await json(`upload_leaderboard-${judge}.json`);
    const all = Object.values(counts);
    const total = all.reduce((sum, count) => sum + count.total, 0);
    expect(scores).toHaveLength(total);
    expect(board['Avg_Score']).toBeCloseTo(scores.reduce((sum, one) => sum + one, 0) / total, 9);
    expect(board['Avg_Acc']).toBeCloseTo(
      (scores.filter((score) => score > 3).length / total) * 100,
      9,
    );
    expect(board['temporal']).toEqual({
      acc: (counts['temporal']!.correct / 4) * 100,
      score: counts['temporal']!.score / 4,
    });
  });

  it('captions a folder of clips, and judges those with a caption', async () => {
    const { rows, judge, json } = await evaluated(pllava('Inter4K'));

    for (const { task, parse_rule: rule } of rows)
      expect({ task, rule }).toEqual({ task: 'caption', rule: 'whole-reply' });
    const inferred: Record<string, unknown>[] = await json('inference_results.json');
    const plain = ['pred', 'task_type', 'video_path', 'query', 'video_name'];
    expect(Object.keys(inferred[0]!)).toEqual(plain);
    expect(Object.keys(inferred[1]!)).toEqual([...plain.slice(0, -1), 'caption', 'video_name']);
    const { result_list: records } = (await json(`final_results-${judge}.json`)) as {
      result_list: Record<string, unknown>[];
    };
    expect(records).toHaveLength(rows.length - 1);
    for (const record of records)
      expect(record).toMatchObject({
        task_type: 'Inter4K',
        score: expect.any(Number),
        correct: expect.any(Boolean),
      });
    expect(Object.keys(await json('upload_leaderboard.json'))).toEqual([
      'Inter4K',
      'Avg_Acc',
      'Avg_Score',
    ]);
  }, 240_000);

  it.each(freeVideoLlmSets)(
    'Free Video-LLM, $name: from the table of IG-VLM to its logs',
    { timeout: 240_000 },
    async (layout) => {
      const root = join(folder, layout.name, layout.exportAs);
      await layout.place(world, root);
      const [from, to] = [join(root, layout.table), join(root, layout.converted)];
      const convert = ['dataset', 'convert', '--format', 'igvlm', '--to', 'qa-pairs'];
      await videoqa([...convert, '--path', from, '--out', to]);

      const { rows, summary, judge, names, lines, json, text } = await evaluated(layout);

      const set = layout.converted.split('/').at(-1)!;
      const artifacts = `artifacts/${set}/${summary.runId}`;
      const merged = await lines(`${artifacts}/merge.jsonl`);
      expect(merged).toHaveLength(rows.length);
      expect(Object.keys(merged[0]!).toSorted()).toEqual(['answer', 'id', 'pred', 'question']);
      expect(new Set(merged.map(({ id }) => id)).size).toBe(8);
      const saved = names.filter((name) => name.startsWith('eval_save_dir/'));
      expect(saved).toHaveLength(8);
      expect(saved[0]).toContain(`eval_save_dir/${set}/${summary.runId}/${judge}/`);
      expect(await json(saved[0]!)).toEqual([
        { pred: expect.stringMatching(/^(yes|no)$/), score: expect.any(Number) },
        { q: expect.any(String), a: expect.any(String), pred: expect.any(String) },
      ]);
      expect(Object.keys(await json(`${artifacts}/results.json`))).toHaveLength(8);
      const yes = rows.filter(({ judgements: [one] }) => one?.verdict === 'yes').length;
      const log = names.find((name) => name.startsWith('logs/'))!;
      expect(await text(log)).toContain(`Yes count: ${yes}\nNo count: ${8 - yes}\n`);
    },
  );

  it('LVBench: answers, and the scores of its own scorer', { timeout: 240_000 }, async () => {
    const { rows, json, summary } = await evaluated(lvbench);

    expect(await json('answers.json')).toEqual(
      Object.fromEntries(rows.map(({ source, answer }) => [source['uid'], answer])),
    );
    const isOf = (type: string) => (row: Row) => row.categories['question_type']!.includes(type);
    const share = (asked: readonly Row[]) =>
      asked.filter(({ correct }) => correct === true).length / asked.length;
    expect(await json('result.json')).toEqual({
      KIR: share(rows.filter(isOf('key information retrieval'))),
      Rea: share(rows.filter(isOf('reasoning'))),
      Overall: share(rows),
    });
    expect(rows[0]!.scores['lvbench']).toMatchObject({ scorer: 'lvbench-normaliser' });

    const misfit = ['export', summary.runId, '--format', 'pllava', '--out', folder];
    await expect(videoqa(misfit)).rejects.toThrow(/: 2\n[^]*It can be written as/);
  });

  it('EgoSchema: a submission, and accuracy over what is public', async () => {
    const { rows, json, summary } = await evaluated(egoschema);

    expect(await json('submission.json')).toEqual(
      Object.fromEntries(rows.map(({ item_id: id, answer }) => [id, 'ABCDE'.indexOf(answer!)])),
    );
    expect(summary).toMatchObject({ accuracy: { gold: 1 }, counts: { answered: 4 } });
  }, 240_000);

  it.each(choiceSets)(
    '$name: samples as lmms-eval has them',
    async (layout) => {
      const { rows, names, lines, json, summary } = await evaluated(layout);

      const samples = await lines(names.find((name) => name.includes('_samples_'))!);
      expect(samples.map((sample) => [sample['item_id'], sample['exact_match']])).toEqual(
        rows.map(({ item_id: id, correct }) => [id, Number(correct)]),
      );
      const { results } = (await json(names.find((name) => name.endsWith('_results.json'))!)) as {
        results: Record<string, Record<string, number>>;
      };
      const { correct, gold } = summary.accuracy!;
      expect(gold).toBe(rows.length);
      expect(results[layout.name]).toMatchObject({ 'exact_match,none': correct / gold });
    },
    240_000,
  );
});
