import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import type { BillEntry } from '../../simulator/server/bill.ts';
import type { FaultKind } from '../../simulator/server/provider-settings.ts';
import { e2eObstacle, makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';

const items = 40;
const concurrency = 4;

describe.skipIf(e2eObstacle !== null)(
  'a key or a quota that fails in the middle of a run',
  { timeout: 240_000 },
  () => {
    let home: string;
    let remove: () => Promise<void>;
    let provider: RemoteProvider;

    beforeEach(async () => {
      ({ home, remove } = await makeHome());
      await mkdir(home, { mode: 0o700 });
      provider = await startRemoteProvider(dirname(home), 100);
    });
    afterEach(async () => {
      await remove();
      await provider.close();
    });

    const summaryOf = (stdout: string): RunSummary => JSON.parse(stdout) as RunSummary;
    const answeredIn = (entries: readonly BillEntry[]) =>
      entries.filter(({ billed }) => billed).length;

    it.each([
      // Keys rotate: one call finds out whether a refused one stays refused.
      { kind: 'auth' as FaultKind, status: 401, most: concurrency + 1 },
      { kind: 'quota' as FaultKind, status: 429, most: concurrency },
    ])(
      'A6: $kind costs no more than the calls in flight, and the same command goes on',
      async ({ kind, status, most }) => {
        const config = await writeConfig(join(dirname(home), 'run.yaml'), {
          name: 'fatal',
          dataset: await drawDataset(items),
          items,
          providerUrl: provider.url,
          strategy: 'uniform',
          calls: { concurrency },
        });
        // Most items are left when the fault begins, however late this process gets to it.
        await provider.setLatency(1000);
        const breaking = startCli(['run', config, '--json'], { home });
        await until(
          'some items are answered',
          async () => answeredIn(await provider.entries()) >= 12,
        );
        await provider.setFaults({ rate: 1, kinds: [kind] });

        const stopped = await breaking.ended;

        expect(stopped.code).toBe(6);
        const summary = summaryOf(stopped.stdout);
        expect(summary).toMatchObject({ state: 'stopped', stopReason: 'provider' });
        const refused = (await provider.entries()).filter((entry) => entry.status === status);
        expect(refused.length).toBeGreaterThan(0);
        expect(refused.length).toBeLessThanOrEqual(most);
        const paidBefore = answeredIn(await provider.entries());
        expect(paidBefore).toBeLessThan(items);

        await provider.setFaults({ rate: 0 });
        await provider.setLatency(100);
        const mended = await runCli(['run', config, '--json'], { home });

        expect(mended.code).toBe(0);
        const after = summaryOf(mended.stdout);
        expect(after.runId).toBe(summary.runId);
        expect(after.counts.failed).toBe(0);
        expect(after.counts.answered + after.counts.unparsed).toBe(items);
        const bill = await provider.totals();
        expect(bill).toMatchObject({ billed: items, duplicates: 0 });
        const { ledger } = await readRun(home, summary.runId);
        expect(ledger.openIntents).toEqual([]);
        expect(ledger.settledUsd).toBeCloseTo(bill.costUsd, 8);
      },
    );

    it('A6: requests that are all refused stop the run at the start, and the same command goes on', async () => {
      await provider.setFaults({ rate: 1, kinds: ['bad_request'] });
      const config = await writeConfig(join(dirname(home), 'run.yaml'), {
        name: 'refused',
        dataset: await drawDataset(items),
        items,
        providerUrl: provider.url,
        strategy: 'uniform',
        itemsInFlight: 8,
        calls: { concurrency },
      });

      const stopped = await runCli(['run', config, '--json'], { home });

      expect(stopped.code).toBe(6);
      const summary = summaryOf(stopped.stdout);
      expect(summary).toMatchObject({ state: 'stopped', stopReason: 'provider' });
      expect(summary.counts.pending).toBeGreaterThanOrEqual(items - 20);
      expect((await provider.entries()).length).toBeLessThanOrEqual(5 + concurrency);

      await provider.setFaults({ rate: 0 });
      const mended = await runCli(['run', config, '--json'], { home });

      expect(mended.code).toBe(0);
      expect(summaryOf(mended.stdout)).toMatchObject({
        runId: summary.runId,
        counts: { failed: 0, pending: 0 },
      });
    });
  },
);
