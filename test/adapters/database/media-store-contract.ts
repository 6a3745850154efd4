import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';

/** What the media store of every database keeps; `open` gives an empty database. */
export function describeMediaStore(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());
  const key = { videoSha256: 'v', extractKey: 'e' };

  test('the first cut of a file by a rule counts, and another rule is another cut', async () => {
    const { media } = database;
    expect(await media.findCut(key)).toBeNull();

    const kept = await Promise.all([media.putCut(key, 'one'), media.putCut(key, 'two')]);

    expect(new Set(kept).size).toBe(1);
    expect(await media.findCut(key)).toBe(kept[0]);
    expect(await media.findCut({ ...key, extractKey: 'x' })).toBeNull();
    expect(await media.findCut({ ...key, videoSha256: 'x' })).toBeNull();
  });

  test('a run keeps the frames it has, whatever comes later', async () => {
    const { media } = database;

    expect(await media.keepFrames('r1', 'v0', 'one')).toBe('one');
    expect(await media.keepFrames('r1', 'v0', 'two')).toBe('one');
    await media.setIndex('r1', 'v0', 'three');
    await media.keepFrames('r2', 'v0', 'four');

    expect(await media.findOwned('r1', 'v0', 'frames')).toBe('one');
    expect(await media.findOwned('r1', 'v1', 'frames')).toBeNull();
    expect(await media.countOwned('r1', 'frames')).toBe(1);
    expect(await media.countOwned('r1', 'index')).toBe(1);
    expect(await media.countOwned('r3', 'index')).toBe(0);
  });

  test('an index made anew takes the place of the one before', async () => {
    const { media } = database;
    await media.setIndex('r1', 'v0', 'one');
    await media.setIndex('r1', 'v0', 'two');

    expect(await media.findOwned('r1', 'v0', 'index')).toBe('two');
    expect(await media.countOwned('r1', 'index')).toBe(1);
  });
}
