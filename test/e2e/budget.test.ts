import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { toNanoUsd } from '../../domain/money/money.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { type CliEnd, e2eObstacle, makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { drawDataset, type EvaluationOptions, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { listRuns, readRun } from '../support/e2e-state.ts';

const items = 30;

/** A state folder, a provider with its own bill, and runs whose budgets are what a test says. */
async function openWorld(name: string) {
  const { home, remove } = await makeHome();
  const folder = dirname(home);
  await mkdir(home, { mode: 0o700 });
  const provider: RemoteProvider = await startRemoteProvider(folder);
  const dataset = await drawDataset(items);
  const configure = (run: string, changes: Partial<EvaluationOptions>) =>
    writeConfig(join(folder, `${run}.yaml`), {
      name: run,
      dataset,
      items,
      providerUrl: provider.url,
      strategy: 'imagined-keyframes',
      itemsInFlight: 8,
      ...changes,
    });
  const read = async ({ code, stdout, stderr }: CliEnd) => {
    if (stdout === '') throw new Error(stderr);
    const summary = JSON.parse(stdout) as RunSummary;
    return { code, stderr, summary, state: await readRun(home, summary.runId) };
  };
  const billUsd = async () => (await provider.totals()).costUsd;
  const runsThatPay = async () => {
    const runs = await listRuns(home);
    const states = await Promise.all(runs.map(({ runId }) => readRun(home, runId)));
    return states.filter(({ ledger }) => ledger.calls > 0).length;
  };
  return {
    home,
    provider,
    configure,
    read,
    billUsd,
    runsThatPay,
    async run(budgetUsd: number | null) {
      const config = await configure(name, budgetUsd === null ? {} : { budgetUsd });
      const end = await read(await runCli(['run', config, '--json'], { home }));
      return { ...end, billUsd: await billUsd() };
    },
    async close() {
      await remove();
      await provider.close();
    },
  };
}

const sumOfOutcomes = ({ counts }: RunSummary) =>
  counts.answered + counts.unparsed + counts.failed + counts.skipped + counts.cancelled;

describe.skipIf(e2eObstacle !== null)('a run with a budget', () => {
  let fullUsd: number;
  beforeAll(async () => {
    const uncapped = await openWorld('uncapped');
    const { state, billUsd } = await uncapped.run(null);
    await uncapped.close();
    expect(toNanoUsd(state.ledger.settledUsd)).toBe(toNanoUsd(billUsd));
    fullUsd = billUsd;
  }, 240_000);

  it.each([0.2, 0.5])(
    'stops at %d of what it would cost, and pays nothing again when the budget is raised',
    async (share) => {
      const world = await openWorld('capped');
      const capUsd = fullUsd * share;
      try {
        const stopped = await world.run(capUsd);

        expect(stopped.code).toBe(5);
        expect(stopped.stderr).toContain('was stopped: the next item does not fit');
        expect(stopped.summary).toMatchObject({ state: 'stopped', stopReason: 'budget' });
        expect(stopped.summary.counts).toMatchObject({ failed: 0, pending: 0, running: 0 });
        expect(sumOfOutcomes(stopped.summary)).toBe(items);
        expect(stopped.summary.counts.skipped).toBeGreaterThan(0);
        expect(stopped.state.rows).toHaveLength(items);
        expect(stopped.billUsd).toBeLessThanOrEqual(capUsd);
        // What is left is less than an item may take.
        expect(stopped.billUsd).toBeGreaterThan(capUsd - 0.1);
        expect(toNanoUsd(stopped.state.ledger.settledUsd)).toBe(toNanoUsd(stopped.billUsd));

        const done = await world.run(fullUsd * 2);

        expect(done.code).toBe(0);
        expect(done.stderr).toContain('run.budgetUsd');
        expect(done.summary.runId).toBe(stopped.summary.runId);
        expect(done.summary.counts).toMatchObject({ skipped: 0, pending: 0 });
        expect(toNanoUsd(done.billUsd)).toBe(toNanoUsd(fullUsd));
        expect(toNanoUsd(done.state.ledger.settledUsd)).toBe(toNanoUsd(fullUsd));
      } finally {
        await world.close();
      }
    },
    240_000,
  );

  it('of an account, that two runs at once spend together, is never passed, and raised goes on', async () => {
    const { home, provider, configure, read, billUsd, runsThatPay, close } =
      await openWorld('shared');
    const capUsd = fullUsd;
    const start = (config: string) => startCli(['run', config, '--json'], { home });
    try {
      const calls = { budgetUsd: capUsd };
      const configs = [
        await configure('one', { calls, temperature: 0.1 }),
        await configure('other', { calls, temperature: 0.2 }),
      ] as const;
      await provider.setLatency(3000);
      const one = start(configs[0]);
      await until('the first run calls', async () => (await provider.totals()).requests > 0);
      const other = start(configs[1]);
      await until('both runs pay', async () => (await runsThatPay()) === 2);
      await provider.setLatency(20);
      const stopped = await Promise.all(
        [one.ended, other.ended].map(async (end) => read(await end)),
      );
      const stoppedUsd = await billUsd();

      for (const { code, stderr, summary } of stopped) {
        expect(code).toBe(5);
        expect(stderr).toContain('over all runs');
        expect(stderr).toMatch(/warning: \S+: spent \d/);
        expect(summary).toMatchObject({ state: 'stopped', stopReason: 'budget' });
        expect(summary.counts).toMatchObject({ failed: 0, pending: 0, running: 0 });
        expect(summary.counts.answered).toBeGreaterThan(0);
        expect(summary.counts.skipped).toBeGreaterThan(0);
      }
      expect(stoppedUsd).toBeLessThanOrEqual(capUsd);
      expect(stoppedUsd).toBeGreaterThan(capUsd - 0.1);
      expect(ledgersUsd(stopped)).toBe(toNanoUsd(stoppedUsd));

      for (const { summary } of stopped) {
        const raise = ['--account-budget-usd', `answer=${capUsd * 4}`, '--reason', 'approved'];
        expect((await runCli(['tune', summary.runId, ...raise], { home })).code).toBe(0);
      }
      // Else the process that holds the server may have gone before the other has its drive.
      await provider.setLatency(3000);
      const again = configs.map(start);
      await until('both go on', () => again.every(({ said }) => said().includes('drive 2 over')));
      await provider.setLatency(20);
      const ends = await Promise.all(again.map(async ({ ended }) => read(await ended)));

      for (const { code, summary } of ends) {
        expect(code).toBe(0);
        expect(summary.counts).toMatchObject({ skipped: 0, pending: 0, answered: items });
      }
      expect(ledgersUsd(ends)).toBe(toNanoUsd(await billUsd()));
    } finally {
      await close();
    }
  }, 300_000);
});

/** What the ledgers of runs have settled together, in nano-dollars; nothing may be open. */
function ledgersUsd(
  ends: readonly { readonly state: Awaited<ReturnType<typeof readRun>> }[],
): number {
  for (const { state } of ends) expect(state.ledger.openUsd).toBe(0);
  return ends.reduce((sum, { state }) => sum + toNanoUsd(state.ledger.settledUsd), 0);
}
