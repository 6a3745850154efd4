import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';

/** What the store of paused accounts of every database keeps; `open` gives an empty database. */
export function describePauseStore(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());
  const pause = { account: 'a', reason: 'out of order', since: 1000, until: 31_000 };

  test('the first pause of an account counts, until it is closed', async () => {
    const { pauses } = database;
    await pauses.open(pause);
    await pauses.open({ ...pause, reason: 'another', until: 99_000 });

    expect(await pauses.find('a')).toEqual({ ...pause, probes: 0 });
    expect(await pauses.list()).toHaveLength(1);
    expect(await pauses.find('b')).toBeNull();

    await pauses.close('a');
    expect(await pauses.find('a')).toBeNull();
  });

  test('one of many callers may probe, once the time has come', async () => {
    const { pauses } = database;
    await pauses.open(pause);

    expect(await pauses.claimProbe('a', { now: 30_999, latest: 400_000, until: 60_000 })).toBe(
      false,
    );
    const claims = await Promise.all(
      Array.from({ length: 5 }, () =>
        pauses.claimProbe('a', { now: 31_000, latest: 400_000, until: 60_000 }),
      ),
    );

    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await pauses.find('a')).toMatchObject({ until: 60_000, since: 1000 });
  });

  test('a claim that was not used is given back, by its holder alone', async () => {
    const { pauses } = database;
    await pauses.open(pause);
    await pauses.claimProbe('a', { now: 31_000, latest: 400_000, until: 60_000 });

    await pauses.returnProbe('a', 59_999, 32_000);
    expect(await pauses.find('a')).toMatchObject({ until: 60_000 });
    await pauses.returnProbe('a', 60_000, 32_000);
    expect(await pauses.find('a')).toMatchObject({ until: 32_000, probes: 0 });
  });

  test('a pause that no clock can have meant is due', async () => {
    const { pauses } = database;
    await pauses.open({ ...pause, until: 9_000_000 });

    expect(await pauses.claimProbe('a', { now: 31_000, latest: 400_000, until: 60_000 })).toBe(
      true,
    );
  });

  test('a probe that failed is counted', async () => {
    const { pauses } = database;
    await pauses.open(pause);

    await pauses.extend('a', 91_000);

    expect(await pauses.find('a')).toMatchObject({ until: 91_000, probes: 1 });
  });
}
