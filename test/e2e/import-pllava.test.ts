import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowSchema } from '../../domain/row-schema.ts';
import type { Row } from '../../domain/row.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { compareStored } from '../support/stored-run.ts';

const mvbench = (pred: string, gold: string, task: string, clip: number) => ({
  pred,
  gt: `(${gold}) ${gold === 'A' ? 'one' : 'two'}`,
  task_type: task,
  video_path: `DATAS/MVBench/video/clips/${clip}.mp4`,
  question: `Question: How many are in ${clip}?\nOptions:\n(A) one\n(B) two`,
});

/** As PLLaVA leaves them: one task of two questions, one of one, and a video that it could not read. */
const theirs = [
  mvbench('(B) two', 'B', 'Action Count', 1),
  mvbench('(A) one', 'B', 'Action Count', 2),
  mvbench('(A)', 'A', 'State Change', 3),
  mvbench('(A)', 'A', 'error_reading_video', 4),
];

describe.skipIf(e2eObstacle !== null)('foreign results', { timeout: 120_000 }, () => {
  let place: Awaited<ReturnType<typeof makeHome>>;
  let folder: string;
  let runId: string;

  beforeAll(async () => {
    place = await makeHome();
    folder = join(dirname(place.home), 'pllava-7b');
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'all_results.json'),
      JSON.stringify({ acc_dict: {}, result_list: theirs }),
    );
    const { code, stdout, stderr } = await videoqa(
      'import',
      '--format',
      'pllava',
      folder,
      '--json',
    );
    if (code !== 0) throw new Error(stderr);
    ({ runId } = JSON.parse(stdout) as { runId: string });
  }, 120_000);
  afterAll(() => place.remove());

  const videoqa = (...args: string[]) => runCli(args, place);
  const json = async (...args: string[]) =>
    JSON.parse((await videoqa(...args, '--json')).stdout) as Record<string, never>;

  it('are one run, however often they are imported', async () => {
    const again = await json('import', '--format', 'pllava', folder);

    expect(runId).toMatch(/^pllava-7b-[0-9a-f]{8}$/);
    expect(again).toMatchObject({ runId, isNew: false, counts: { scheduled: 4 } });
    expect(await json('list')).toMatchObject({
      total: 1,
      runs: [{ runId, strategy: 'imported', state: 'completed', simulated: false, spentUsd: null }],
    });
  });

  it('P9: count what could not be read as failed, and score the rest', async () => {
    const summary = {
      runId,
      strategy: 'imported',
      state: 'completed',
      counts: { scheduled: 4, answered: 3, failed: 1, pending: 0 },
      failures: { bad_media: 1 },
      accuracy: { correct: 2, gold: 4, overScheduled: 0.5, overAnswered: 2 / 3 },
    };
    expect(await json('status', runId)).toMatchObject(summary);
    const report = await json('report', runId);
    expect(report).toMatchObject(summary);
    expect(report['averages']).toMatchObject([
      {
        score: 'exact',
        by: 'task_type',
        groups: 2,
        items: 3,
        micro: 2 / 3,
        macro: 0.75,
        published: null,
      },
      { score: 'mvbench', published: { name: 'MVBench Avg', kind: 'micro' }, micro: 2 / 3 },
    ]);
    expect((await videoqa('report', runId)).stdout).toContain('MVBench Avg is the micro one');
  });

  it('can be shown, exported and compared; every row has the published form', async () => {
    const out = join(dirname(place.home), 'out');
    await videoqa('export', runId, '--format', 'jsonl', '--out', out);
    const text = await readFile(join(out, `${runId}.jsonl`), 'utf8');
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => rowSchema.parse(JSON.parse(line)) as Row);
    expect(rows.map(({ source }) => source)).toEqual(theirs);
    for (const format of ['csv', 'parquet', 'original', 'lmms-eval'])
      expect(await videoqa('export', runId, '--format', format, '--out', out)).toMatchObject({
        code: 0,
      });

    const shown = await videoqa('show', runId, rows[0]!.item_id);
    expect(shown.stdout).toContain('imported');
    expect(shown.stdout).toContain('(B) two');
    expect(await videoqa('show', runId, rows[3]!.item_id)).toMatchObject({ code: 0 });
    expect(await compareStored(place.home, [runId, runId])).toMatchObject([
      { items: 4, accuracyDifference: 0 },
    ]);
    expect(await videoqa('verify')).toMatchObject({ code: 0 });
  });

  it('give the same numbers when our own export of them is imported again', async () => {
    const out = join(dirname(place.home), 'again');
    expect(await videoqa('export', runId, '--format', 'pllava', '--out', out)).toMatchObject({
      code: 0,
    });

    const second = await json('import', '--format', 'pllava', out);

    const [first, again] = await Promise.all([
      json('report', runId),
      json('report', second['runId']!),
    ]);
    for (const key of ['accuracy', 'counts', 'failures', 'averages'])
      expect(again[key]).toEqual(first[key]);
    const board = await readFile(join(out, 'upload_leaderboard.json'), 'utf8');
    expect(JSON.parse(board)).toEqual({
      'Action Count': 50,
      'State Change': 100,
      error_reading_video: 0,
      Avg: 50,
    });
  });

  it('are of no use to what asks questions, and to other suites', async () => {
    const retried = await videoqa('retry', runId);
    expect(retried).toMatchObject({ code: 2 });
    expect(retried.stderr).toContain('was imported from');

    const misfit = await videoqa('export', runId, '--format', 'egoschema', '--out', folder);
    expect(misfit).toMatchObject({ code: 2 });
    expect(misfit.stderr).toContain(
      'It can be written as original, jsonl, csv, parquet, lmms-eval, pllava.',
    );
  });

  it('are refused with file and reason when they are damaged', async () => {
    const damaged = join(dirname(place.home), 'damaged');
    await mkdir(damaged);
    await writeFile(join(damaged, 'all_results.json'), '{"acc_dict": {}, "result_');

    const { code, stderr } = await videoqa('import', '--format', 'pllava', damaged);

    expect(code).toBe(2);
    expect(stderr).toContain(`${join(damaged, 'all_results.json')} is not whole JSON`);
    expect((await json('list'))['total']).toBe(2);
  });
});
