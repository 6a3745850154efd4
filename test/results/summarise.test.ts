import { describe, expect, it } from 'vitest';
import type { Row } from '../../domain/row.ts';
import { compareRuns } from '../../results/compare-runs.ts';
import { runInTemporalUi, summariseRun } from '../../results/summarise.ts';
import {
  failedRow,
  sampleItem,
  sampleRow,
  sampleRun,
  sampleSpec,
  shownAt,
  someUsage,
} from './sample-run.ts';
import { sampleStores } from './sample-stores.ts';

const summary = async (rows: readonly Row[], items = rows.map((row) => sampleItem(row.item_id))) =>
  (await summariseRun(sampleStores({ rows, items }), sampleRun(), null)).summary;

describe('summariseRun', () => {
  it('D11: divides by all scheduled items, so that failing never raises the accuracy', async () => {
    const rows = [sampleRow('q1', 'B'), sampleRow('q2', 'A'), sampleRow('q3', null)];
    const items = ['q1', 'q2', 'q3', 'q4', 'q5'].map((itemId) => sampleItem(itemId));

    const { accuracy } = await summary([...rows, failedRow('q4', 'timeout')], items);

    expect(accuracy).toMatchObject({ correct: 1, gold: 5, overScheduled: 0.2 });
  });

  it('B18: keeps the accuracy over answered items as a second number', async () => {
    const rows = [sampleRow('q1', 'B'), sampleRow('q2', 'A'), failedRow('q3', 'timeout')];

    expect((await summary(rows)).accuracy).toMatchObject({ overAnswered: 0.5 });
  });

  it('counts only items with known gold', async () => {
    const unknown = { gold: null };
    const rows = [sampleRow('q1', 'B'), { ...sampleRow('q2', 'A'), gold: null, correct: null }];

    const found = await summary(rows, [sampleItem('q1'), sampleItem('q2', unknown)]);

    expect(found.accuracy).toMatchObject({
      correct: 1,
      gold: 1,
      overScheduled: 1,
      overAnswered: 1,
    });
    expect(found.counts.scheduled).toBe(2);
  });

  it('has no accuracy without gold, and no hit rate without frame times', async () => {
    const row = { ...sampleRow('q1', 'A'), correct: null, shown: [shownAt(null)] };

    const found = await summary([row], [sampleItem('q1', { gold: null })]);

    expect(found).toMatchObject({ accuracy: null, retrieval: null });
  });

  it('divides the hit rate by items with a span, also those that failed before showing a frame', async () => {
    const rows = [
      { ...sampleRow('q1', 'B'), shown: [shownAt(1), shownAt(4)] },
      { ...sampleRow('q2', 'B'), shown: [shownAt(9)] },
      { ...sampleRow('q3', 'B'), gold_spans: [] },
      failedRow('q4', 'plan_invalid'),
      { ...failedRow('q5', 'timeout'), outcome: 'skipped' as const, failure: null },
    ];

    expect((await summary(rows)).retrieval).toEqual({ hitRate: 1 / 3, items: 3 });
  });

  it('adds up usage, and has no money where one item has none', async () => {
    const priced = [sampleRow('q1', 'B', { usage: someUsage(0.5) })];

    expect((await summary(priced)).usage).toMatchObject({ calls: 1, paid_usd: 0.5 });
    const unpriced = [...priced, sampleRow('q2', 'B', { usage: someUsage(null) })];
    expect((await summary(unpriced)).usage).toMatchObject({ calls: 2, paid_usd: null });
  });

  it('says whether a model was simulated', async () => {
    const real = sampleSpec('uniform');
    const models = {
      ...real.models,
      answer: { ...real.models.answer, provider: 'openai' as const },
      plan: { ...real.models.plan, provider: 'openai' as const },
      image: null,
    };
    const stores = sampleStores({ rows: [sampleRow('q1', 'B')] });

    const found = await summariseRun(stores, sampleRun({ ...real, models }), null);

    expect(found.summary.simulated).toBe(false);
    expect((await summary([sampleRow('q1', 'B')])).simulated).toBe(true);
  });

  it('links to the run in the Temporal UI', () => {
    expect(runInTemporalUi('http://127.0.0.1:8233', 'default', 'r-1')).toBe(
      'http://127.0.0.1:8233/namespaces/default/workflows/eval%2Fr-1',
    );
  });
});

describe('compareRuns', () => {
  const summarised = (rows: readonly Row[], strategy: 'uniform' | 'imagined-keyframes') =>
    summariseRun(sampleStores({ rows }), sampleRun(sampleSpec(strategy, `${strategy}-1`)), null);
  const onVideos = (answers: readonly (string | null)[], seconds: number) =>
    answers.map((answer, i) => ({
      ...sampleRow(`q${i}`, answer, { video_ids: [`v${i % 3}`] }),
      shown: [shownAt(seconds)],
    }));

  it('pairs the items of two runs and counts what was not answered as not right', async () => {
    const baseline = await summarised(onVideos(['A', 'A', null, 'B'], 1), 'uniform');
    const strategy = await summarised(onVideos(['B', 'B', 'B', null], 5), 'imagined-keyframes');

    const [found, ...others] = compareRuns([baseline, strategy]);

    expect(others).toEqual([]);
    expect(found).toMatchObject({
      baseline: 'uniform',
      strategy: 'imagined-keyframes',
      items: 4,
      accuracyDifference: 0.5,
      hitRateDifference: 1,
    });
    expect(found!.ci95[0]).toBeLessThan(0.5);
  });

  it('names runs of one strategy by their run ids', async () => {
    const run = await summarised(onVideos(['A', 'B'], 1), 'uniform');

    expect(compareRuns([run, run])[0]).toMatchObject({ baseline: 'uniform-1', items: 2 });
  });

  it('has nothing to say of runs without a common item', async () => {
    const left = await summarised([sampleRow('q1', 'B')], 'uniform');
    const right = await summarised([sampleRow('q2', 'B')], 'imagined-keyframes');

    expect(compareRuns([left, right])).toEqual([]);
  });
});
