import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import type { RetryFilter } from '../../../domain/retry-filter.ts';
import type { RunStore } from '../../../domain/stores/run-store.ts';
import { failedRow, sampleItems, sampleRow, sampleRun, sampleSpec } from './sample-run.ts';

const retry = (filter: RetryFilter = {}) => ({ kind: 'retry', filter }) as const;

/** What every database keeps of drives; `open` gives an empty one. */
export function describeDrives(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
    await database.runs.create(sampleRun('r1'), sampleItems(6));
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
  });

  test('numbers drives from 1 and refuses one while another is open', async () => {
    const first = await database.runs.openDrive('r1', { kind: 'unfinished' });
    const refused = await database.runs.openDrive('r1', { kind: 'unfinished' });
    await database.runs.closeDrive('r1', 1);
    const second = await database.runs.openDrive('r1', { kind: 'unfinished' });

    expect(first).toEqual({ drive: 1, selected: 6, openDrive: 1 });
    expect(refused).toEqual({ drive: null, selected: 0, openDrive: 1 });
    expect(second).toEqual({ drive: 2, selected: 6, openDrive: 2 });
  });

  test('gives one drive to two that open at once', async () => {
    const opened = await Promise.all([
      database.runs.openDrive('r1', { kind: 'unfinished' }),
      database.runs.openDrive('r1', { kind: 'unfinished' }),
    ]);

    expect(new Set(opened.map((result) => result.drive))).toEqual(new Set([1, null]));
  });

  test('opening lets calls start again and forgets the stop', async () => {
    await database.runs.updateSpec('r1', sampleSpec('r1', 4));
    await database.runs.setAdmission('r1', 'stopped');
    await database.runs.setState('r1', 'stopped', { reason: 'budget', detail: null });

    await database.runs.openDrive('r1', { kind: 'unfinished' });

    expect(await database.runs.get('r1')).toMatchObject({
      state: 'running',
      stopReason: null,
      admission: 'open',
      window: 4,
      drive: 1,
      driveIsOpen: true,
    });
  });

  test('closing writes how the run stands, once: a late second close changes nothing', async () => {
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    await database.runs.closeDrive('r1', 1, 'cancelled');
    const closed = await database.runs.get('r1');
    await database.runs.openDrive('r1', { kind: 'unfinished' });

    await database.runs.closeDrive('r1', 1, 'completed');

    expect(closed).toMatchObject({ state: 'cancelled', driveIsOpen: false });
    expect(await database.runs.get('r1')).toMatchObject({ state: 'running', drive: 2 });
  });

  test('takes up what was skipped, which leaves no attempt behind', async () => {
    await endEverything(database.runs);

    const opened = await database.runs.openDrive('r1', { kind: 'unfinished' });

    expect(opened).toMatchObject({ drive: 2, selected: 1 });
    expect(await unfinishedIds(database.runs, 2)).toEqual(['q4']);
    await database.runs.recordRows('r1', 2, [sampleRow('q4', 2, 'answered')]);
    expect((await database.runs.row('r1', 'q4', 0))?.previous_attempts).toEqual([]);
  });

  test('takes up what failed as the run was stopped, too', async () => {
    await endEverything(database.runs);
    const detail = { class: 'timeout', message: 'gone' } as const;
    await database.runs.setState('r1', 'stopped', { reason: 'provider', detail });

    const opened = await database.runs.openDrive('r1', { kind: 'unfinished' });

    expect(opened).toMatchObject({ drive: 2, selected: 3 });
  });

  test('takes no number when nothing is left to do', async () => {
    await endEverything(database.runs);
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    await database.runs.recordRows('r1', 2, [sampleRow('q4', 2, 'answered')]);
    await database.runs.closeDrive('r1', 2, null);

    const opened = await database.runs.openDrive('r1', { kind: 'unfinished' });

    expect(opened).toEqual({ drive: null, selected: 0, openDrive: null });
    expect(await database.runs.get('r1')).toMatchObject({ drive: 2, driveIsOpen: false });
  });

  test('lists open drives and sums the time they were open', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 10_000 });
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    vi.setSystemTime(14_000);
    await database.runs.closeDrive('r1', 1);
    await database.runs.closeDrive('r1', 1);
    vi.setSystemTime(20_000);
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    vi.setSystemTime(21_500);

    expect(await database.runs.openDrives()).toEqual([{ runId: 'r1', drive: 2, openedAt: 20_000 }]);
    expect((await database.runs.get('r1'))?.elapsedS).toBe(5.5);
  });

  test('slices unfinished items in order of work', async () => {
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    await database.runs.recordRows('r1', 1, [sampleRow('q4', 1, 'answered')]);

    const firstPage = await database.runs.slice('r1', 1, { from: 0, to: 6, limit: 2 });
    const rest = await database.runs.slice('r1', 1, { from: 3, to: 5, limit: 10 });

    expect(firstPage).toEqual([sampleItems(6)[5], sampleItems(6)[2]]);
    expect(rest.map((item) => item.position)).toEqual([3, 4]);
    expect(await database.runs.slice('r1', 2, { from: 0, to: 6, limit: 9 })).toEqual([]);
  });

  test('tells the place of an item and the videos in order of work', async () => {
    expect(await database.runs.position('r1', 'q0')).toBe(4);
    expect(await database.runs.position('r1', 'q9')).toBeNull();
    expect(await database.runs.videoIds('r1')).toEqual(['v2', 'v1', 'v0']);
  });

  test('tells where the unfinished items of each video stand', async () => {
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    const ended = ['q4', 'q0', 'q1'].map((id) => sampleRow(id, 1, 'answered'));
    await database.runs.recordRows('r1', 1, ended);

    expect(await database.runs.videosOfDrive('r1', 1)).toEqual([
      { videoId: 'v2', from: 1, to: 2, items: 1 },
      { videoId: 'v1', from: 2, to: 4, items: 2 },
    ]);
  });

  test('knows the other videos of an item wherever its first one is known', async () => {
    const [first, second, ...rest] = sampleItems(4);
    const others = ['v1', 'a "quoted" one'];
    const items = [{ ...first!, otherVideoIds: others }, second!, ...rest];
    await database.runs.create(sampleRun('r2'), items);
    await database.runs.openDrive('r2', { kind: 'unfinished' });

    const all = await database.runs.slice('r2', 1, { from: 0, to: 4, limit: 9 });

    expect(all.find(({ itemId }) => itemId === 'q0')?.otherVideoIds).toEqual(others);
    expect(all.find(({ itemId }) => itemId === 'q1')).not.toHaveProperty('otherVideoIds');
    expect(await database.runs.videoIds('r2')).toEqual(['v1', 'v0', 'a "quoted" one']);
    expect(await database.runs.videosOfDrive('r2', 1)).toEqual([
      { videoId: 'v1', from: 0, to: 2, items: 2 },
      { videoId: 'v0', from: 2, to: 4, items: 2, otherVideos: 2 },
    ]);
    for (const [videoId, ids] of [
      ['v1', ['q2', 'q3', 'q0']],
      ['a "quoted" one', ['q0']],
      ['quoted', []],
    ] as const) {
      const { groups } = await database.runs.previewRetry('r2', { videoId });
      expect(groups.reduce((sum, group) => sum + group.items, 0)).toBe(ids.length);
    }
  });

  test('has no work for a drive that is closed', async () => {
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    await database.runs.closeDrive('r1', 1, 'cancelled');

    expect(await database.runs.videosOfDrive('r1', 1)).toEqual([]);
  });

  test('goes on with items that never ended or failed on an account or a model', async () => {
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    await database.runs.recordRows('r1', 1, [
      sampleRow('q0', 1, 'answered'),
      failedRow('q1', 1, { class: 'timeout' }),
      failedRow('q2', 1, { class: 'auth' }),
      failedRow('q3', 1, { class: 'quota' }),
      failedRow('q4', 1, { class: 'model_gone' }),
    ]);
    await database.runs.closeDrive('r1', 1);

    const opened = await database.runs.openDrive('r1', { kind: 'unfinished' });

    expect(opened).toEqual({ drive: 2, selected: 4, openDrive: 2 });
    expect(await unfinishedIds(database.runs, 2)).toEqual(['q4', 'q5', 'q2', 'q3']);
  });

  test.each([
    { filter: {}, taken: ['q4', 'q5', 'q2', 'q3', 'q1'] },
    { filter: { classes: ['timeout'] as const }, taken: ['q2', 'q3'] },
    { filter: { step: 'plan' as const }, taken: ['q3'] },
    { filter: { items: ['q0', 'q5', 'q5', 'none', 'q2'] }, taken: ['q5', 'q2'] },
    { filter: { classes: ['timeout'] as const, items: ['q2', 'q5'] }, taken: ['q2'] },
    { filter: { items: [] }, taken: [] },
    { filter: { classes: ['timeout', 'auth'] as const, step: 'answer' as const }, taken: ['q2'] },
    { filter: { outcome: 'unparsed' as const }, taken: ['q1'] },
    { filter: { outcome: 'pending' as const }, taken: [] },
    { filter: { videoId: 'v1' }, taken: ['q2', 'q3'] },
    { filter: { videoId: 'v1', step: 'plan' as const }, taken: ['q3'] },
    { filter: { sample: 1 }, taken: [] },
    { filter: { degraded: true }, taken: [] },
  ])('retries what is not answered, narrowed by $filter', async ({ filter, taken }) => {
    await endEverything(database.runs);

    const { groups } = await database.runs.previewRetry('r1', filter);
    const opened = await database.runs.openDrive('r1', retry(filter));

    expect(groups.reduce((sum, { items }) => sum + items, 0)).toBe(taken.length);

    expect(opened.selected).toBe(taken.length);
    expect(await unfinishedIds(database.runs, 2)).toEqual(taken);
    expect((await database.runs.counts('r1')).pending).toBe(taken.length);
  });

  test('retries items that never ended too, but not when a class is named', async () => {
    expect((await database.runs.openDrive('r1', retry({ classes: ['timeout'] }))).drive).toBeNull();
    expect((await database.runs.openDrive('r1', retry())).selected).toBe(6);
  });

  test('leaves items of an earlier drive out of a later one', async () => {
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    await database.runs.closeDrive('r1', 1);
    await database.runs.openDrive('r1', retry({ items: ['q1'] }));

    expect(await unfinishedIds(database.runs, 2)).toEqual(['q1']);
    expect((await database.runs.counts('r1')).pending).toBe(6);
  });
}

async function unfinishedIds(runs: RunStore, drive: number): Promise<string[]> {
  const all = { from: 0, to: 1_000, limit: 1_000 };
  const left = await runs.slice('r1', drive, all);
  return left.map((item) => item.itemId);
}

async function endEverything(runs: RunStore): Promise<void> {
  await runs.openDrive('r1', { kind: 'unfinished' });
  await runs.recordRows('r1', 1, [
    sampleRow('q0', 1, 'answered'),
    sampleRow('q1', 1, 'unparsed'),
    failedRow('q2', 1, { class: 'timeout', step: 'answer' }),
    failedRow('q3', 1, { class: 'timeout', step: 'plan' }),
    sampleRow('q4', 1, 'skipped'),
    sampleRow('q5', 1, 'cancelled'),
  ]);
  await runs.closeDrive('r1', 1);
}
