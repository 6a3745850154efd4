import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import type { StepStore } from '../../../domain/stores/step-store.ts';
import { sampleItems, samplePlace, sampleRun, sampleStep } from './sample-run.ts';

const done: Parameters<StepStore['finish']>[1] = {
  state: 'done',
  usable: true,
  result: { answer: 'B' },
  failureClass: null,
  usage: {
    calls: 1,
    cached_calls: 0,
    prompt_tokens: 900,
    completion_tokens: 3,
    images: 0,
    paid_usd: 0.01,
    list_usd: 0.01,
  },
  waitedMs: 12,
};
const failed: typeof done = {
  ...done,
  state: 'failed',
  usable: false,
  result: null,
  failureClass: 'timeout',
};

/** What the step store of every database keeps; `open` gives an empty database. */
export function describeStepStore(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
    await database.runs.create(sampleRun('r1'), sampleItems(4));
    await database.runs.openDrive('r1', { kind: 'unfinished' });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
  });
  const onlyRecord = async () => (await database.steps.ofItem('r1', 'q0', 0))[0];

  test('keeps the first start, the highest attempt and the result', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 5_000 });
    await database.steps.begin(sampleStep(), samplePlace(), 1);
    vi.setSystemTime(6_000);
    await database.steps.begin(sampleStep(), samplePlace(), 3);
    await database.steps.begin(sampleStep(), samplePlace(), 2);
    vi.setSystemTime(9_000);
    await database.steps.finish(sampleStep(), done);

    expect(await database.steps.ofItem('r1', 'q0', 0)).toEqual([
      { ...sampleStep(), ...done, startedAt: 5_000, finishedAt: 9_000, attempts: 3 },
    ]);
  });

  test('keeps a usable result whatever a late attempt says', async () => {
    await database.steps.begin(sampleStep(), samplePlace(), 1);
    await database.steps.finish(sampleStep(), done);

    await database.steps.begin(sampleStep(), samplePlace('process-2'), 2);
    await database.steps.finish(sampleStep(), failed);

    expect(await onlyRecord()).toMatchObject({ state: 'done', usable: true, result: done.result });
  });

  test('a failed step that is tried again is started, and then what it becomes', async () => {
    await database.steps.begin(sampleStep(), samplePlace(), 1);
    await database.steps.finish(sampleStep(), failed);
    const afterFailure = await onlyRecord();
    await database.steps.begin(sampleStep(), samplePlace(), 2);
    const tried = await onlyRecord();
    await database.steps.finish(sampleStep(), done);

    expect(afterFailure).toMatchObject({ state: 'failed', failureClass: 'timeout' });
    expect(tried).toMatchObject({ state: 'started', failureClass: null, finishedAt: null });
    expect(await onlyRecord()).toMatchObject({ state: 'done', attempts: 2 });
  });

  test('refuses the end of a step that never began', async () => {
    await expect(database.steps.finish(sampleStep(), done)).rejects.toMatchObject({
      failureClass: 'storage',
      message: expect.stringContaining('q0'),
    });
  });

  test('gives all records of an item, oldest drive first, and of no other', async () => {
    const keys = [
      sampleStep({ drive: 2, step: 'plan' }),
      sampleStep({ step: 'generate', part: 1 }),
      sampleStep({ step: 'generate', part: 0 }),
      sampleStep({ itemId: 'q1' }),
      sampleStep({ sample: 1 }),
    ];
    for (const key of keys) await database.steps.begin(key, samplePlace(), 1);

    const records = await database.steps.ofItem('r1', 'q0', 0);

    expect(records.map(({ drive, step }) => `${drive} ${step}`)).toEqual([
      '1 generate',
      '1 generate',
      '2 plan',
    ]);
  });

  test('gives the records of 250 items at once', async () => {
    for (const itemId of ['q0', 'q1', 'q2']) {
      await database.steps.begin(sampleStep({ itemId }), samplePlace(), 1);
    }
    const asked = Array.from({ length: 250 }, (_, n) => ({ itemId: `q${n + 1}`, sample: 0 }));

    const records = await database.steps.ofItems('r1', asked);

    expect(records.map((record) => record.itemId).toSorted()).toEqual(['q1', 'q2']);
    expect(await database.steps.ofItems('r1', [])).toEqual([]);
  });

  test('finds what dead processes left begun, in open drives alone', async () => {
    const { runs, steps } = database;
    await steps.begin(sampleStep({ itemId: 'q0' }), samplePlace('dead'), 1);
    await steps.begin(sampleStep({ itemId: 'q1' }), samplePlace('alive'), 1);
    await steps.begin(sampleStep({ itemId: 'q2' }), samplePlace('dead'), 1);
    await steps.finish(sampleStep({ itemId: 'q2' }), done);

    const abandoned = await steps.abandoned(['alive']);
    const withoutSurvivors = await steps.abandoned([]);
    await runs.closeDrive('r1', 1);

    expect(abandoned).toEqual([{ ...sampleStep(), ...samplePlace('dead') }]);
    expect(withoutSurvivors.map((step) => step.itemId)).toEqual(['q0', 'q1']);
    expect(await steps.abandoned(['alive'])).toEqual([]);
  });
}
