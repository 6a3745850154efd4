import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { remedies, type Remedy } from '../../domain/errors/remedy.ts';
import type { Row } from '../../domain/row.ts';
import type { RunSummary } from '../../domain/summary.ts';
import type { BillEntry } from '../../simulator/server/bill.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun, type RunState } from '../support/e2e-state.ts';

const items = 30;

const triedIn = (row: Row, step?: string): readonly Remedy[] =>
  row.steps
    .filter((one) => step === undefined || one.step === step)
    .flatMap((one) => one.remedies ?? []);

describe.skipIf(e2eObstacle !== null)(
  'a provider that refuses what a changed request may pass',
  () => {
    let state: RunState;
    let summary: RunSummary;
    let entries: BillEntry[];
    let costUsd: number;

    beforeAll(async () => {
      const { home, remove } = await makeHome();
      const folder = dirname(home);
      await mkdir(home, { mode: 0o700 });
      const provider = await startRemoteProvider(folder);
      try {
        const config = await writeConfig(join(folder, 'run.yaml'), {
          name: 'remedies',
          dataset: await drawDataset(items),
          items,
          providerUrl: provider.url,
          strategy: 'imagined-keyframes',
          onContextLength: 'fewer-frames',
          calls: { seed: 1 },
        });
        const kinds = ['bad_image', 'output_filter', 'context_length'] as const;
        await provider.setFaults({ rate: 0.45, kinds: [...kinds] });
        const { stdout, stderr } = await runCli(['run', config, '--json'], { home });
        if (stdout === '') throw new Error(stderr);
        summary = JSON.parse(stdout) as RunSummary;
        state = await readRun(home, summary.runId);
        entries = await provider.entries();
        ({ costUsd } = await provider.totals());
      } finally {
        await remove();
        await provider.close();
      }
    }, 240_000);

    it.each(remedies)('lets items be answered by %s, and says so in their rows (A5)', (remedy) => {
      const healed = state.rows.filter(
        (row) => row.outcome === 'answered' && triedIn(row).includes(remedy),
      );

      expect(healed.length).toBeGreaterThan(0);
    });

    it('fails what is refused a second time with the class of its refusal, after it was tried', () => {
      const failed = state.rows.flatMap(({ failure }) => failure ?? []);

      expect(summary.state).toBe('completed');
      expect(state.rows).toHaveLength(items);
      expect(failed.length).toBeGreaterThan(0);
      for (const { class: failureClass, message, attempts } of failed) {
        expect(['bad_media', 'refused_output', 'context_length']).toContain(failureClass);
        expect(message).toMatch(/; tried /);
        expect(attempts).toBeGreaterThan(1);
      }
    });

    it('shows half of the frames where all were too many, and records those', () => {
      for (const row of state.rows.filter(({ outcome }) => outcome === 'answered')) {
        const isHalved = triedIn(row, 'answer').includes('fewer-frames');
        expect(row.shown).toHaveLength(isHalved ? 4 : 8);
      }
    });

    it('makes no refused request twice, and pays what the provider bills', () => {
      // Two items may ask for one picture; no two ask the same question.
      const refused = entries.filter(({ billed, kind }) => !billed && kind === 'chat');

      expect(refused.length).toBeGreaterThan(0);
      expect(new Set(refused.map(({ requestHash }) => requestHash)).size).toBe(refused.length);
      expect(state.ledger.calls).toBe(entries.length);
      expect(state.ledger.openIntents).toEqual([]);
      expect(state.ledger.settledUsd).toBeCloseTo(costUsd, 8);
      expect(summary.usage.paid_usd).toBeCloseTo(costUsd, 8);
    });
  },
);
