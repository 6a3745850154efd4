import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { listRuns, readRun } from '../support/e2e-state.ts';

const items = 20;

describe.skipIf(e2eObstacle !== null)('a run that loses something', { timeout: 120_000 }, () => {
  let home: string;
  let remove: () => Promise<void>;
  let provider: RemoteProvider;
  let dataset: string;
  let config: string;

  beforeEach(async () => {
    ({ home, remove } = await makeHome());
    const folder = dirname(home);
    await mkdir(home, { mode: 0o700 });
    provider = await startRemoteProvider(folder, 50);
    dataset = join(folder, 'dataset');
    await cp(await drawDataset(items), dataset, { recursive: true });
    config = await writeConfig(join(folder, 'run.yaml'), {
      name: 'loses',
      dataset,
      items,
      providerUrl: provider.url,
      strategy: 'uniform',
      itemsInFlight: 4,
      failOn: 1,
    });
  });
  afterEach(async () => {
    await remove();
    await provider.close();
  });

  const summaryOf = (stdout: string): RunSummary => JSON.parse(stdout) as RunSummary;

  it('goes on when Temporal has lost its whole database', async () => {
    await provider.setLatency(1000);
    const killed = startCli(['run', config, '--json'], { home });
    await until(
      'some items are answered',
      async () => (await provider.totals()).billed >= items / 2,
    );
    killed.kill();
    const { signal } = await killed.ended;
    await provider.setLatency(50);
    await runCli(['down'], { home });
    const lost = (await readdir(home)).filter((name) => name.startsWith('temporal.db'));
    await Promise.all(lost.map((name) => rm(join(home, name))));

    const { code, stdout } = await runCli(['run', config, '--json'], { home });

    expect(signal).toBe('SIGKILL');
    expect(lost.length).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(summaryOf(stdout).counts).toMatchObject({ scheduled: items, pending: 0, failed: 0 });
    const { ledger } = await readRun(home, summaryOf(stdout).runId);
    const { billed, costUsd } = await provider.totals();
    // What was in flight at the kill was paid for, and its reply is nowhere.
    expect(billed - items).toBeLessThanOrEqual(ledger.openIntents.length);
    expect(costUsd).toBeLessThanOrEqual(ledger.settledUsd + ledger.openUsd + 1e-8);
  });

  it('retries the questions that it was started with when the file has changed since', async () => {
    await provider.setFaults({ rate: 0.5, kinds: ['bad_request'] });
    const first = summaryOf((await runCli(['run', config, '--json'], { home })).stdout);
    expect(first.counts.failed).toBeGreaterThan(0);
    const before = await readRun(home, first.runId);
    const annotations = join(dataset, 'video_info.meta.jsonl');
    const text = await readFile(annotations, 'utf8');
    await writeFile(annotations, text.replaceAll('"question":"', '"question":"CHANGED '));
    await provider.setFaults({ rate: 0 });

    const { code, stdout } = await runCli(['retry', first.runId, '--json'], { home });

    expect(text).toContain('"question":"');
    expect(code).toBe(0);
    expect(summaryOf(stdout).counts).toMatchObject({ scheduled: items, failed: 0, pending: 0 });
    const after = await readRun(home, first.runId);
    const questions = ({ rows }: typeof after) =>
      new Map(rows.map(({ item_id, question }) => [item_id, question]));
    expect(questions(after)).toEqual(questions(before));
    expect(await listRuns(home)).toHaveLength(1);
  });
});
