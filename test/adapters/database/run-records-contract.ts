import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';
import { sampleItems, sampleRun, sampleSpec } from './sample-run.ts';

/** What every database keeps of runs themselves; `open` gives an empty one. */
export function describeRunRecords(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await database.close();
  });

  test('gives back a run as it was made', async () => {
    await database.runs.create(sampleRun('r1'), sampleItems(3));

    expect(await database.runs.get('r1')).toEqual({
      ...sampleRun('r1'),
      state: 'running',
      stopReason: null,
      stopDetail: null,
      admission: 'open',
      window: 32,
      drive: 0,
      driveIsOpen: false,
      createdAt: expect.any(Number),
      elapsedS: 0,
      outputDirectory: null,
    });
    expect(await database.runs.get('r2')).toBeNull();
  });

  test('making the same run again changes nothing; another run under its id is refused', async () => {
    await database.runs.create(sampleRun('r1'), sampleItems(3));
    await database.runs.create(sampleRun('r1'), sampleItems(3));

    const other = { ...sampleRun('r1'), identity: '{"run":"other"}' };
    await expect(database.runs.create(other, sampleItems(1))).rejects.toMatchObject({
      failureClass: 'storage',
      message: expect.stringContaining('r1'),
    });

    expect((await database.runs.counts('r1')).scheduled).toBe(3);
  });

  test('keeps what was changed about a run, with the reason, in order', async () => {
    await database.runs.create(sampleRun('r1'), sampleItems(1));
    const first = { changedAt: 1, setting: 'run.budgetUsd', before: null, after: 20, reason: null };
    const second = { changedAt: 1, setting: 'window', before: 8, after: { n: 9 }, reason: 'slow' };
    await database.runs.noteChange('r1', first);
    await database.runs.noteChange('r1', second);

    expect(await database.runs.changes('r1')).toEqual([first, second]);
    expect(await database.runs.changes('r2')).toEqual([]);
  });

  test('lists the newest run first and finds the latest of a name', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000 });
    await database.runs.create(sampleRun('a1', 'a'), []);
    vi.setSystemTime(2_000);
    await database.runs.create(sampleRun('a2', 'a'), []);
    vi.setSystemTime(3_000);
    await database.runs.create(sampleRun('b1', 'b'), []);

    const listed = await database.runs.list();

    expect(listed.map((run) => run.runId)).toEqual(['b1', 'a2', 'a1']);
    expect((await database.runs.latestNamed('a'))?.runId).toBe('a2');
    expect(await database.runs.latestNamed('c')).toBeNull();
  });

  test('keeps what is changed while it runs', async () => {
    await database.runs.create(sampleRun('r1'), []);

    await database.runs.updateSpec('r1', sampleSpec('r1', 5));
    await database.runs.setAdmission('r1', 'draining');
    await database.runs.setWindow('r1', 7);
    await database.runs.markOutput('r1', 'results/sample');

    expect(await database.runs.admission('r1')).toBe('draining');
    expect(await database.runs.get('r1')).toMatchObject({
      spec: sampleSpec('r1', 5),
      admission: 'draining',
      window: 7,
      outputDirectory: 'results/sample',
    });
  });

  test('notes what a new spec changes, once, and sets the window with it', async () => {
    await database.runs.create(sampleRun('r1'), []);
    const raise = () => database.runs.updateSpec('r1', () => sampleSpec('r1', 64), 'too slow');

    const [first, second] = [await raise(), await raise()];
    await database.runs.updateSpec('r1', sampleSpec('r1', 32));

    expect(first).toMatchObject([{ setting: 'run.itemsInFlight', before: 32, after: 64 }]);
    expect(second).toEqual([]);
    expect((await database.runs.changes('r1')).map(({ after, reason }) => [after, reason])).toEqual(
      [
        [64, 'too slow'],
        [32, null],
      ],
    );
    expect((await database.runs.get('r1'))?.window).toBe(32);
  });

  test('keeps the reason of a stop until another state follows', async () => {
    await database.runs.create(sampleRun('r1'), []);
    const detail = { class: 'quota', message: 'insufficient_quota' } as const;

    await database.runs.setState('r1', 'stopped', { reason: 'provider', detail });
    await database.runs.setState('r1', 'stopped');
    const stopped = await database.runs.get('r1');
    await database.runs.setState('r1', 'completed');
    const completed = await database.runs.get('r1');

    expect(stopped).toMatchObject({ stopReason: 'provider', stopDetail: detail });
    expect(completed).toMatchObject({ state: 'completed', stopReason: null, stopDetail: null });
  });

  test('writes what is wanted of a run while its drive is open, and only from a fitting state', async () => {
    await database.runs.create(sampleRun('r1'), sampleItems(1));
    const pause = () =>
      database.runs.steer('r1', ['running'], { state: 'paused', admission: 'stopped' });

    const withoutDrive = await pause();
    await database.runs.openDrive('r1', { kind: 'unfinished' });
    const [first, second] = [await pause(), await pause()];

    expect([withoutDrive, first, second]).toEqual([false, true, false]);
    expect(await database.runs.get('r1')).toMatchObject({ state: 'paused', admission: 'stopped' });
  });

  test('names a run that it does not know', async () => {
    const { runs } = database;
    for (const asking of [
      () => runs.setWindow('gone', 1),
      () => runs.admission('gone'),
      () => runs.openDrive('gone', { kind: 'unfinished' }),
    ]) {
      await expect(asking()).rejects.toThrow(/run gone is not in the database/);
    }
  });
}
