import { describe, expect, it } from 'vitest';
import { outcomes } from '../../domain/outcome.ts';
import type { Row } from '../../domain/row.ts';
import { reportRun } from '../../results/report.ts';
import { failedRow, sampleItem, sampleRow, sampleRun } from './sample-run.ts';
import { sampleStores } from './sample-stores.ts';

/** Runs of every mixture of outcomes, drawn with a fixed seed. */
const mixtures = Array.from({ length: 50 }, (_, seed) => {
  let state = seed * 7919 + 1;
  const draw = (below: number) => (state = (state * 48271) % 2147483647) % below;
  return Array.from({ length: 1 + draw(40) }, (__, i) => {
    const outcome = [...outcomes, 'pending' as const][draw(6)]!;
    return { itemId: `q${i}`, outcome, isRight: draw(2) === 1, isDegraded: draw(4) === 0 };
  });
});

type Drawn = (typeof mixtures)[number][number];

function rowOf({ itemId, outcome, isRight, isDegraded }: Drawn): Row[] {
  if (outcome === 'pending') return [];
  if (outcome === 'answered')
    return [sampleRow(itemId, isRight ? 'B' : 'A', { degraded: isDegraded })];
  if (outcome === 'unparsed') return [sampleRow(itemId, null)];
  const failed = failedRow(itemId, 'timeout');
  return [outcome === 'failed' ? failed : { ...failed, outcome, failure: null }];
}

describe('counts', () => {
  it.each(mixtures.map((items, i) => [i, items] as const))(
    'D11: add up to the scheduled items, and every rate to its parts (mixture %i)',
    async (_, items) => {
      const stores = sampleStores({
        rows: items.flatMap(rowOf),
        items: items.map(({ itemId }) => sampleItem(itemId)),
      });
      const ledger = { calls: 0, settledUsd: 0, openUsd: 0, duplicateUsd: 0, openIntents: [] };
      const calls = { ledger: async () => ledger };

      const { summary, accuracies } = await reportRun({ ...stores, calls }, sampleRun(), null);

      const { scheduled, degraded, ...parts } = summary.counts;
      expect(Object.values(parts).reduce((sum, count) => sum + count, 0)).toBe(scheduled);
      expect(degraded).toBeLessThanOrEqual(scheduled);
      const right = items.filter((item) => item.outcome === 'answered' && item.isRight).length;
      expect(summary.accuracy).toMatchObject({ correct: right, gold: scheduled });
      expect(summary.accuracy!.overScheduled).toBeCloseTo(right / scheduled);
      expect(summary.accuracy!.overAnswered ?? 1).toBeGreaterThanOrEqual(
        summary.accuracy!.overScheduled,
      );
      for (const { correct, items: of, ci95 } of accuracies) {
        expect(correct).toBeLessThanOrEqual(of);
        expect(ci95[0]).toBeGreaterThanOrEqual(0);
        expect(ci95[0]).toBeLessThanOrEqual(correct / of);
        expect(ci95[1]).toBeGreaterThanOrEqual(correct / of);
        expect(ci95[1]).toBeLessThanOrEqual(1);
      }
    },
  );
});
