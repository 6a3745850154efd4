import { describe, expect, it } from 'vitest';
import { createOpenIndexes } from '../../../adapters/search/open-indexes.ts';

describe('createOpenIndexes', () => {
  it('opens an index once and then gives the same one', async () => {
    const { indexes, opened } = holding(100, { a: 10 });

    const first = await indexes.get('a');

    expect(await indexes.get('a')).toBe(first);
    expect(opened).toEqual(['a']);
  });

  it('opens an index once for all who ask while it is being opened', async () => {
    const { indexes, opened } = holding(100, { a: 10, huge: 101 });

    const [first, second] = await Promise.all([indexes.get('a'), indexes.get('a')]);
    const [third, fourth] = await Promise.all([indexes.get('huge'), indexes.get('huge')]);

    expect(first).toBe(second);
    expect(third).toBe(fourth);
    expect(opened).toEqual(['a', 'huge']);
  });

  it('drops what was not used for longest, and only as much as it must', async () => {
    const { indexes, opened } = holding(100, { a: 40, b: 30, c: 30, d: 20, e: 60 });
    for (const key of ['a', 'b', 'c', 'a', 'd']) await indexes.get(key);
    expect(opened).toEqual(['a', 'b', 'c', 'd']);

    for (const key of ['c', 'a', 'd']) await indexes.get(key);
    expect(opened, 'only b had to go').toEqual(['a', 'b', 'c', 'd']);

    await indexes.get('e');
    await indexes.get('d');
    expect(opened, 'c and a went, d stayed').toEqual(['a', 'b', 'c', 'd', 'e']);
    await indexes.get('a');
    expect(opened.at(-1)).toBe('a');
  });

  it('fills its capacity to the last byte', async () => {
    const { indexes, opened } = holding(100, { a: 40, b: 60 });
    for (const key of ['a', 'b', 'a', 'b']) await indexes.get(key);

    expect(opened).toEqual(['a', 'b']);
  });

  it('gives an index that is larger than the capacity, and drops no other for it', async () => {
    const { indexes, opened } = holding(100, { a: 40, huge: 101 });
    for (const key of ['a', 'huge', 'a', 'huge']) await indexes.get(key);

    expect(opened).toEqual(['a', 'huge', 'huge']);
  });

  it.each([
    ['rejects', async () => Promise.reject(new Error('the disk is away'))],
    [
      'throws',
      () => {
        throw new Error('the disk is away');
      },
    ],
  ])('hands a failure that %s to all who wait for it, and tries again', async (_, fail) => {
    const failures: (() => Promise<string>)[] = [fail];
    const indexes = createOpenIndexes({
      capacityBytes: 100,
      open: (key: string) => failures.pop()?.() ?? Promise.resolve(key),
      byteLength: () => 1,
    });

    const outcomes = await Promise.allSettled([indexes.get('a'), indexes.get('a')]);

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await indexes.get('a')).toBe('a');
  });

  it('does not let a slow index hold up another', async () => {
    let release = (): void => {};
    const slow = new Promise<void>((resolve) => (release = resolve));
    const indexes = createOpenIndexes({
      capacityBytes: 100,
      open: async (key: string) => {
        if (key === 'slow') await slow;
        return key;
      },
      byteLength: () => 1,
    });

    const waiting = indexes.get('slow');

    expect(await indexes.get('fast')).toBe('fast');
    release();
    expect(await waiting).toBe('slow');
  });
});

/** Indexes of given sizes, and a record of what was opened. */
function holding(capacityBytes: number, sizes: Readonly<Record<string, number>>) {
  const opened: string[] = [];
  const indexes = createOpenIndexes({
    capacityBytes,
    open: async (key: string) => {
      opened.push(key);
      return { bytes: sizes[key]! };
    },
    byteLength: ({ bytes }) => bytes,
  });
  return { indexes, opened };
}
