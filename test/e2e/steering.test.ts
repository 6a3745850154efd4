import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import { type CliEnd, e2eObstacle, makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { drawDataset, type EvaluationOptions, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { listRuns, readRun } from '../support/e2e-state.ts';

describe.skipIf(e2eObstacle !== null)('steering a run', { timeout: 300_000 }, () => {
  let home: string;
  let remove: () => Promise<void>;
  let provider: RemoteProvider;

  beforeEach(async () => {
    ({ home, remove } = await makeHome());
    await mkdir(home, { mode: 0o700 });
    provider = await startRemoteProvider(dirname(home), 300);
  });
  afterEach(async () => {
    await remove();
    await provider.close();
  });

  const configure = async (name: string, more: Partial<EvaluationOptions> = {}): Promise<string> =>
    writeConfig(join(dirname(home), `${name}.yaml`), {
      name,
      dataset: await drawDataset(30),
      items: 30,
      providerUrl: provider.url,
      strategy: 'uniform',
      itemsInFlight: 8,
      calls: { concurrency: 2 },
      ...more,
    });
  const run = (config: string) => startCli(['run', config, '--json'], { home });
  const cli = (...args: string[]) => runCli(args, { home });
  const jsonOf = <Shape>({ stdout, stderr }: CliEnd): Shape => {
    if (stdout === '') throw new Error(`nothing was printed:\n${stderr}`);
    return JSON.parse(stdout) as Shape;
  };
  const requests = async () => (await provider.totals()).requests;
  const untilRequests = (count: number) =>
    until(`the provider has had ${count} calls`, async () => (await requests()) >= count);
  const newestRun = async () => (await listRuns(home))[0]!.runId;
  /** The calls that were made when for three seconds no further one has come. */
  const restingRequests = () =>
    until('no further call comes', async () => {
      const before = await requests();
      await delay(3000);
      return (await requests()) === before && before;
    });

  it('pause --now lets no further call start, although items under way lack theirs', async () => {
    // Left alone, the run makes two calls a second or so, for 15 s.
    await provider.setLatency(1000);
    const worker = run(await configure('halted'));
    await untilRequests(2);
    const runId = await newestRun();

    const paused = await cli('pause', runId, '--now', '--json');
    const atRest = await restingRequests();
    const repeated = await cli('pause', runId, '--now', '--json');

    expect(jsonOf(paused)).toMatchObject({ changed: true, state: 'paused', inEffect: true });
    expect(jsonOf(repeated)).toMatchObject({ changed: false, state: 'paused' });
    expect(atRest).toBeLessThan(30);
    expect(await requests()).toBe(atRest);
    expect((await readRun(home, runId)).counts.running).toBeGreaterThan(0);

    await provider.setLatency(0);
    expect(jsonOf(await cli('resume', runId, '--json'))).toMatchObject({ changed: true });
    const end = await worker.ended;
    expect(end.code).toBe(0);
    expect(jsonOf<RunSummary>(end).counts.answered).toBe(30);
    expect(await requests()).toBe(30);
  });

  it('tune opens more places in a drive at work, keeps the reason, and survives the same command', async () => {
    const config = await configure('tuned', { itemsInFlight: 2 });
    await provider.setLatency(1000);
    const worker = run(config);
    await untilRequests(2);
    const runId = await newestRun();
    const tune = () =>
      cli(
        'tune',
        runId,
        '--items-in-flight',
        '12',
        '--concurrency',
        'answer=6',
        '--reason',
        'slow',
        '--json',
      );

    // Long enough for everything below to happen while the drive is at work.
    await provider.setLatency(5000);
    const watcher = startCli(['watch', runId, '--json'], { home });
    const detached = startCli(['watch', runId], { home });
    const [tuned, again] = [await tune(), await tune()];
    const refused = await cli('tune', runId, '--temperature', '0.5', '--reason', 'hotter');
    const peak = await until('more calls are in flight', async () => {
      const { concurrentPeak } = await provider.totals();
      return concurrentPeak > 2 && concurrentPeak;
    });
    await until('it watches', () => detached.said().includes('Watching'));
    detached.kill('SIGINT');
    const left = await detached.ended;
    await provider.setLatency(0);
    const end = await worker.ended;
    const watched = await watcher.ended;
    const listed = await cli('list', '--json');
    const repeated = await run(config).ended;

    expect(jsonOf(tuned)).toMatchObject({
      changed: true,
      inEffect: true,
      changes: [
        { setting: 'run.itemsInFlight', before: 2, after: 12, reason: 'slow' },
        { setting: 'models.answer.concurrency', before: 2, after: 6, reason: 'slow' },
        { setting: 'models.plan.concurrency', before: 2, after: 6, reason: 'slow' },
      ],
    });
    expect(jsonOf(again)).toMatchObject({ changed: false, changes: [] });
    expect([left.code, watched.code]).toEqual([130, 0]);
    expect(jsonOf<RunSummary>(watched).counts).toEqual(jsonOf<RunSummary>(end).counts);
    expect(jsonOf(listed)).toMatchObject({
      total: 1,
      runs: [{ runId, state: 'completed', counts: { answered: 30 }, driveIsOpen: false }],
    });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/a new run, tuned-[0-9a-f]{8}/);
    expect(peak).toBeLessThanOrEqual(6);
    expect(end.code).toBe(0);
    expect(repeated.stderr).toContain('run.itemsInFlight stays as tuned: 12');
    expect((await readRun(home, runId)).run.window).toBe(12);
  });

  it('retry takes up exactly what was asked for, once, and keeps how it had ended', async () => {
    const config = await configure('again', { items: 12, failOn: 1, itemsInFlight: 12 });
    await provider.setLatency(0);
    await provider.setFaults({ rate: 1, kinds: ['content_filter'] });
    const failed = jsonOf<RunSummary>(await run(config).ended);
    await provider.setFaults({ rate: 0 });
    const { runId } = failed;
    const { rows } = await readRun(home, runId);
    const video = rows[0]!.video_ids[0]!;
    const onVideo = rows.filter(({ video_ids }) => video_ids[0] === video);
    // The provider refuses some for what they send, some for what it would have to say.
    const failureClass = rows[0]!.failure!.class;
    const wanted = onVideo.filter(({ failure }) => failure?.class === failureClass).length;
    const before = await requests();

    const asked = await cli('retry', runId, '--where', `video=${video}`, '--dry-run', '--json');
    const none = await cli('retry', runId, '--where', 'outcome=skipped', '--json');
    const mistyped = await cli('retry', runId, '--where', 'vidoe=x');
    const narrow = ['retry', runId, '--class', failureClass, '--where', `video=${video}`, '--json'];
    const first = await cli(...narrow);
    const repeated = await cli(...narrow);

    expect(failed.counts).toMatchObject({ failed: 12 });
    expect(jsonOf(asked)).toMatchObject({ selected: onVideo.length, dryRun: true });
    expect(none.stderr).toContain('nothing to retry');
    expect([mistyped.code, mistyped.stderr]).toEqual([2, expect.stringContaining('mean video?')]);
    expect(jsonOf<RunSummary>(first).counts).toMatchObject({ answered: wanted });
    expect(repeated.stderr).toContain('nothing to retry');
    expect(await requests()).toBe(before + wanted);
    const retried = (await readRun(home, runId)).rows.filter(({ drive }) => drive === 2);
    expect(retried).toHaveLength(wanted);
    expect(retried[0]!.previous_attempts).toMatchObject([
      { drive: 1, outcome: 'failed', answer: null, failure: { class: failureClass } },
    ]);
    expect(retried[0]!.previous_attempts[0]!.usage?.calls).toBeGreaterThan(0);
  });

  it('cancel --dry-run says what would end and changes nothing', async () => {
    const worker = run(await configure('asked'));
    await untilRequests(2);
    // Whatever this machine needs for the command, the run is at work meanwhile.
    await provider.setLatency(3000);
    const runId = await newestRun();

    const asked = await cli('cancel', runId, '--dry-run', '--json');
    await provider.setLatency(0);

    expect(jsonOf(asked)).toMatchObject({ changed: true, dryRun: true, state: 'running' });
    expect((await worker.ended).code).toBe(0);
  });

  it('what is wanted while no process works on a run is carried out by the next one', async () => {
    const config = await configure('orphan');
    const first = run(config);
    await untilRequests(3);
    const runId = await newestRun();
    first.kill();
    await first.ended;

    const paused = await cli('pause', runId, '--json');
    const second = run(config);
    await until('the second process waits', () => second.said().includes('is paused'));
    await until(
      'nothing is under way',
      async () => (await readRun(home, runId)).counts.running === 0,
    );
    const atRest = await requests();
    await delay(1000);

    expect(jsonOf(paused)).toMatchObject({ changed: true, inEffect: false, state: 'paused' });
    expect(await requests()).toBe(atRest);
    second.kill();
    await second.ended;

    const cancelled = await cli('cancel', runId, '--json');
    const third = await run(config).ended;

    expect(jsonOf(cancelled)).toMatchObject({ changed: true, inEffect: false });
    // Else it would have joined the drive that was cancelled.
    expect(third.stderr).toContain('drive 2 over');
    expect(third.code).toBe(0);
    const { counts } = jsonOf<RunSummary>(third);
    expect(counts).toMatchObject({ scheduled: 30, pending: 0, running: 0 });
    expect(counts.answered + counts.cancelled).toBe(30);
  });
});
