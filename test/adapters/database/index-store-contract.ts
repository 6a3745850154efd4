import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../adapters/database/open-database.ts';

/** What the index store of every database keeps; `open` gives an empty database. */
export function describeIndexStore(open: () => Promise<Database>): void {
  let database: Database;
  beforeEach(async () => {
    database = await open();
  });
  afterEach(() => database.close());
  const key = {
    datasetId: 'clips',
    videoId: 'v0',
    modelHash: 'm',
    preprocessingId: 'p',
    framesFingerprint: 'f',
  };

  test('the first index of a video counts', async () => {
    expect(await database.indexes.findIndex(key)).toBeNull();

    const kept = await Promise.all([
      database.indexes.putIndex(key, 'one'),
      database.indexes.putIndex(key, 'two'),
    ]);

    expect(new Set(kept).size).toBe(1);
    expect(await database.indexes.findIndex(key)).toBe(kept[0]);
  });

  test('any part of the key makes another index', async () => {
    await database.indexes.putIndex(key, 'one');

    for (const part of Object.keys(key)) {
      expect(await database.indexes.findIndex({ ...key, [part]: 'x' })).toBeNull();
    }
  });

  test('the first chunk of a name counts', async () => {
    expect(await database.indexes.findChunk('c')).toBeNull();
    expect(await database.indexes.putChunk('c', 'one')).toBe('one');
    expect(await database.indexes.putChunk('c', 'two')).toBe('one');
    expect(await database.indexes.findChunk('c')).toBe('one');
  });
}
