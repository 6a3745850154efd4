import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../domain/config.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';

const items = 10;

describe.skipIf(e2eObstacle !== null)('the files of suites', { timeout: 180_000 }, () => {
  let place: Awaited<ReturnType<typeof makeHome>>;
  let provider: RemoteProvider;
  let dataset: string;
  let config: string;

  beforeAll(async () => {
    place = await makeHome();
    const folder = dirname(place.home);
    provider = await startRemoteProvider(folder);
    dataset = await drawDataset(items);
    config = await writeConfig(join(folder, 'lvbench.yaml'), {
      name: 'lvbench',
      dataset,
      items,
      providerUrl: provider.url,
      strategy: 'uniform',
    });
  }, 120_000);
  afterAll(async () => {
    await provider.close();
    await place.remove();
  });

  async function run(file: string): Promise<RunSummary> {
    const { stdout, stderr } = await runCli(['run', file, '--json'], place);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as RunSummary;
  }
  async function exported(runId: string, format: string) {
    const out = join(dirname(place.home), `${runId}-${format}`);
    const args = ['export', runId, '--format', format, '--out', out];
    const { code, stderr } = await runCli(args, place);
    if (code !== 0) throw new Error(stderr);
    return async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(join(out, name), 'utf8'));
  }

  it('are for LVBench its answers, and what its own scorer makes of them', async () => {
    const { runId, accuracy } = await run(config);
    const read = await exported(runId, 'lvbench-answers');
    const { rows } = await readRun(place.home, runId);

    expect(await read('answers.json')).toEqual(
      Object.fromEntries(rows.map(({ source, answer }) => [source['uid'], answer ?? ''])),
    );
    expect(await read('result.json')).toMatchObject({ Overall: accuracy?.overScheduled });
    expect(rows[0]!.scores['lvbench']).toMatchObject({ scorer: 'lvbench-normaliser' });
    const misfit = await runCli(['export', runId, '--format', 'pllava', '--out', dataset], place);
    expect(misfit).toMatchObject({ code: 2 });
    expect(misfit.stderr).toContain('It can be written as');
  });

  it("are for MVBench PLLaVA's, from the suite's own folders, and can be imported", async () => {
    const suite = join(dirname(place.home), 'MVBench');
    await placeMvbench(dataset, suite);
    const file = join(dirname(place.home), 'mvbench.yaml');
    const {
      models,
      strategy,
      run: settings,
    } = JSON.parse(await readFile(config, 'utf8')) as ConfigInput;
    const data = { format: 'mvbench', path: join(suite, 'json'), frames: join(suite, 'frames') };
    await writeFile(
      file,
      JSON.stringify({ name: 'mvbench', dataset: data, models, strategy, run: settings }),
    );

    const { runId, counts, accuracy } = await run(file);
    const read = await exported(runId, 'pllava');

    expect(counts).toMatchObject({ scheduled: items, failed: 0 });
    const { rows } = await readRun(place.home, runId);
    const results = (await read('all_results.json')) as {
      acc_dict: Record<string, [number, number]>;
      result_list: Record<string, string>[];
    };
    expect(Object.keys(results.acc_dict)).toEqual(['Object Shuffle', 'Action Count']);
    const [first] = rows;
    expect(Object.keys(results.result_list[0]!)).toEqual([
      'pred',
      'gt',
      'task_type',
      'video_path',
      'question',
    ]);
    expect(results.result_list[0]).toMatchObject({
      gt: `(${first!.gold}) ${first!.options.find(({ letter }) => letter === first!.gold)!.text}`,
      question: expect.stringMatching(/^Question: .*\nOptions:\n\(A\) /),
    });
    const right = Object.values(results.acc_dict).reduce((sum, [count]) => sum + count, 0);
    expect(await read('upload_leaderboard.json')).toMatchObject({ Avg: (right / items) * 100 });
    const scored = rows.filter(({ scores }) => scores['mvbench']?.value === 1);
    expect(scored).toHaveLength(right);

    const out = join(dirname(place.home), `${runId}-pllava`);
    const imported = await runCli(['import', '--format', 'pllava', out, '--json'], place);
    const { runId: again } = JSON.parse(imported.stdout) as { runId: string };
    const status = await runCli(['status', again, '--json'], place);
    const { correct, gold } = (JSON.parse(status.stdout) as RunSummary).accuracy!;
    expect({ correct, gold }).toEqual({ correct: accuracy?.correct, gold: accuracy?.gold });
  });
});

/** The questions of a drawn data set as two tasks of MVBench, in its own layout. */
async function placeMvbench(dataset: string, suite: string): Promise<void> {
  await rm(suite, { recursive: true, force: true });
  await mkdir(join(suite, 'json'), { recursive: true });
  await mkdir(join(suite, 'frames'));
  const lines = (await readFile(join(dataset, 'video_info.meta.jsonl'), 'utf8')).trim().split('\n');
  const tasks: Record<string, object[]> = { object_shuffle: [], action_count: [] };
  for (const [at, line] of lines.entries()) {
    const { key, qa } = JSON.parse(line) as {
      key: string;
      qa: { question: string; answer: string }[];
    };
    const frames = join(suite, 'frames', `perception_videos_${key}`);
    await cp(join(dataset, 'frames', key), frames, { recursive: true });
    for (const { question, answer } of qa) {
      const [asked, ...options] = question.split(/\n\([A-D]\) /);
      const answerText = options['ABCD'.indexOf(answer)];
      const record = {
        video: `${key}.mp4`,
        question: asked,
        candidates: options,
        answer: answerText,
      };
      tasks[at % 2 === 0 ? 'object_shuffle' : 'action_count']!.push(record);
    }
  }
  for (const [task, records] of Object.entries(tasks))
    await writeFile(join(suite, 'json', `${task}.json`), JSON.stringify(records));
}
