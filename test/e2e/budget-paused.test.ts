import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toNanoUsd } from '../../domain/money/money.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { type CliEnd, e2eObstacle, makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { drawDataset, type EvaluationOptions, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { listRuns, readRun } from '../support/e2e-state.ts';

const items = 12;

describe.skipIf(e2eObstacle !== null)('a paused run', { timeout: 300_000 }, () => {
  let home: string;
  let remove: () => Promise<void>;
  let provider: RemoteProvider;

  beforeEach(async () => {
    ({ home, remove } = await makeHome());
    await mkdir(home, { mode: 0o700 });
    provider = await startRemoteProvider(dirname(home), 3000);
  });
  afterEach(async () => {
    await remove();
    await provider.close();
  });

  const configure = async (more: Partial<EvaluationOptions>): Promise<string> =>
    writeConfig(join(dirname(home), 'run.yaml'), {
      name: 'paused',
      dataset: await drawDataset(30),
      items,
      providerUrl: provider.url,
      strategy: 'uniform',
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

  it('is stopped by its budget when the items under way spend it, and goes on when it is raised', async () => {
    // Pays for three items of about six cents, and eight are under way.
    const capUsd = 0.2;
    const limits = { strategy: 'imagined-keyframes', itemsInFlight: 8 } as const;
    const worker = run(await configure({ ...limits, budgetUsd: capUsd }));
    await untilRequests(1);
    const { runId } = (await listRuns(home))[0]!;
    const paused = await cli('pause', runId, '--json');
    await provider.setLatency(0);

    const end = await worker.ended;
    const spent = await provider.totals();
    const resumed = await cli('resume', runId, '--json');

    expect(jsonOf(paused)).toMatchObject({ changed: true, state: 'paused' });
    expect(end.code).toBe(5);
    const stopped = jsonOf<RunSummary>(end);
    expect(stopped).toMatchObject({ state: 'stopped', stopReason: 'budget' });
    expect(stopped.counts).toMatchObject({ failed: 0, pending: 0, running: 0 });
    expect(stopped.counts.answered).toBeGreaterThan(0);
    expect(stopped.counts.skipped).toBeGreaterThanOrEqual(items - 8);
    expect(spent.costUsd).toBeLessThanOrEqual(capUsd);
    expect(jsonOf(resumed)).toMatchObject({ changed: false, state: 'stopped' });
    expect(await requests()).toBe(spent.requests);
    const before = (await readRun(home, runId)).rows.filter(({ outcome }) => outcome !== 'skipped');

    const raised = await run(await configure({ ...limits, budgetUsd: 10 })).ended;

    expect(raised.code).toBe(0);
    expect(jsonOf<RunSummary>(raised)).toMatchObject({ runId, state: 'completed' });
    const { rows, ledger } = await readRun(home, runId);
    expect(rows).toHaveLength(items);
    expect(rows.filter(({ drive }) => drive === 1)).toEqual(before);
    const bill = await provider.totals();
    expect(toNanoUsd(ledger.settledUsd)).toBe(toNanoUsd(bill.costUsd));
    expect(bill.duplicates).toBe(0);
  });

  it('admits nothing when it is resumed with a budget that is spent, and goes on when it is raised', async () => {
    const config = await configure({ itemsInFlight: 2 });
    // The pause is there before a call ends, so that no further item is on its way behind it.
    await provider.setLatency(10_000);
    const worker = run(config);
    await untilRequests(2);
    const { runId } = (await listRuns(home))[0]!;
    await cli('pause', runId);
    await provider.setLatency(0);
    await until(
      'nothing is under way',
      async () => (await readRun(home, runId)).counts.running === 0,
    );
    const atRest = await requests();
    await cli('tune', runId, '--budget-usd', '0.000001', '--reason', 'enough');

    const resumed = await cli('resume', runId, '--json');
    const end = await worker.ended;

    expect(atRest).toBeLessThan(items);
    expect(jsonOf(resumed)).toMatchObject({ changed: true });
    expect(end.code).toBe(5);
    expect(jsonOf<RunSummary>(end)).toMatchObject({
      state: 'stopped',
      stopReason: 'budget',
      counts: { answered: atRest, skipped: items - atRest },
    });
    expect(await requests()).toBe(atRest);

    await cli('tune', runId, '--budget-usd', 'none', '--reason', 'more');
    const raised = await run(config).ended;

    expect(raised.code).toBe(0);
    expect(jsonOf<RunSummary>(raised).counts).toMatchObject({ answered: items, skipped: 0 });
    expect(await requests()).toBe(items);
  });
});
