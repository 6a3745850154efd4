import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { toNanoUsd } from '../../domain/money.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';

const items = 30;

/** A state folder, a provider with its own bill, and one run whose budget is what a test says. */
async function openWorld(name: string) {
  const { home, remove } = await makeHome();
  const folder = dirname(home);
  await mkdir(home, { mode: 0o700 });
  const provider: RemoteProvider = await startRemoteProvider(folder);
  const dataset = await drawDataset(items);
  return {
    async run(budgetUsd: number | null) {
      const config = await writeConfig(join(folder, 'run.yaml'), {
        name,
        dataset,
        items,
        providerUrl: provider.url,
        strategy: 'imagined-keyframes',
        itemsInFlight: 8,
        ...(budgetUsd !== null && { budgetUsd }),
      });
      const { code, stdout, stderr } = await runCli(['run', config, '--json'], { home });
      if (stdout === '') throw new Error(stderr);
      const summary = JSON.parse(stdout) as RunSummary;
      const state = await readRun(home, summary.runId);
      return { code, stderr, summary, state, billUsd: (await provider.totals()).costUsd };
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
  }, 120_000);

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
    120_000,
  );
});
