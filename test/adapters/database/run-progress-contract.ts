import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import {
  failedRow,
  sampleItems,
  samplePlace,
  sampleRow,
  sampleRun,
  sampleStep,
} from './sample-run.ts';

/** What every database keeps of how far a run is; `open` gives an empty one. */
export function describeRunProgress(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
  });

  test('counts calls of an unknown kind, healed or not', async () => {
    const { runs, calls } = database;
    await runs.create(sampleRun('r1'), sampleItems(6));
    for (const failureClass of ['unclassified', 'timeout', 'unclassified', null] as const) {
      const n = await calls.openIntent({
        ...sampleStep(),
        callKey: 'key',
        account: 'a',
        model: 'm',
        activityId: 'a1',
        processId: 'p1',
        startedAt: 1,
        deadlineAt: 2,
        maxPriceUsd: null,
      });
      await calls.settle('key', n, {
        state: 'unbilled',
        settledAt: 2,
        priceUsd: 0,
        usage: null,
        failureClass,
        action: failureClass === null ? null : 'retry',
        retryAfterMs: null,
        httpStatus: 302,
      });
    }

    expect(await runs.unclassifiedCalls('r1')).toBe(2);
    expect(await runs.unclassifiedCalls('r2')).toBe(0);
  });

  describe('counts', () => {
    beforeEach(() => database.runs.create(sampleRun('r1'), sampleItems(6)));

    test('add up to the scheduled items', async () => {
      const { runs, steps } = database;
      await runs.openDrive('r1', { kind: 'unfinished' });
      await runs.recordRows('r1', 1, [
        sampleRow('q0', 1, 'answered', { degraded: true }),
        sampleRow('q1', 1, 'unparsed'),
        failedRow('q2', 1, { class: 'quota' }),
      ]);
      for (const itemId of ['q0', 'q3']) {
        await steps.begin(sampleStep({ itemId }), samplePlace(), 1);
      }

      expect(await runs.counts('r1')).toEqual({
        scheduled: 6,
        answered: 1,
        unparsed: 1,
        failed: 1,
        skipped: 0,
        cancelled: 0,
        running: 1,
        pending: 2,
        degraded: 1,
      });
      expect(await runs.failures('r1')).toEqual({ quota: 1 });
    });

    test('call nothing running that began in an earlier or a closed drive', async () => {
      const { runs, steps } = database;
      await runs.openDrive('r1', { kind: 'unfinished' });
      await steps.begin(sampleStep({ itemId: 'q3' }), samplePlace(), 1);
      await runs.closeDrive('r1', 1);
      const closed = await runs.counts('r1');
      await runs.openDrive('r1', { kind: 'unfinished' });
      const reopened = await runs.counts('r1');
      await steps.begin(sampleStep({ itemId: 'q3', drive: 2 }), samplePlace(), 1);
      const begun = await runs.counts('r1');

      expect([closed.running, reopened.running, begun.running]).toEqual([0, 0, 1]);
      expect([closed.pending, reopened.pending, begun.pending]).toEqual([6, 6, 5]);
    });

    test('show an item that is taken up again as pending, its failure forgotten', async () => {
      const { runs } = database;
      await runs.openDrive('r1', { kind: 'unfinished' });
      await runs.recordRows('r1', 1, [failedRow('q0', 1, { class: 'quota' })]);
      await runs.closeDrive('r1', 1);
      await runs.openDrive('r1', { kind: 'unfinished' });

      expect(await runs.counts('r1')).toMatchObject({ failed: 0, pending: 6 });
      expect(await runs.failures('r1')).toEqual({});
    });
  });

  describe('rates', () => {
    test('tell ends per minute and the mean time of a step', async () => {
      const { runs, steps } = database;
      vi.useFakeTimers({ toFake: ['Date'], now: 100_000 });
      await runs.create(sampleRun('r1'), sampleItems(6));
      await runs.openDrive('r1', { kind: 'unfinished' });
      await runs.recordRows('r1', 1, [sampleRow('q5', 1, 'answered')]);
      for (const [itemId, durationMs] of [
        ['q0', 1_000],
        ['q1', 3_000],
      ] as const) {
        await steps.begin(sampleStep({ itemId }), samplePlace(), 1);
        vi.setSystemTime(Date.now() + durationMs);
        await steps.finish(sampleStep({ itemId }), finished);
      }
      vi.setSystemTime(140_000);
      await runs.recordRows('r1', 1, [sampleRow('q0', 1, 'answered'), failedRow('q1', 1, {})]);

      expect(await runs.recentEnds('r1', 30)).toBe(4);
      expect(await runs.stepRates('r1', 0)).toEqual([
        { step: 'answer', finished: 2, meanMs: 2_000 },
      ]);
      expect(await runs.stepRates('r1', 102_000)).toMatchObject([{ finished: 1 }]);
    });

    const finished = {
      state: 'done',
      usable: true,
      result: {},
      failureClass: null,
      usage: null,
      waitedMs: 0,
    } as const;
  });
}
