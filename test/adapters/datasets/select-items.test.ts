import { describe, expect, it } from 'vitest';
import { refuseUnknown, selectItems } from '../../../adapters/datasets/select-items.ts';
import type { Item } from '../../../domain/item.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

const entries = Array.from({ length: 200 }, (_, index) => ({
  item: {
    itemId: `item-${index}`,
    videoIds: ['v'],
    question: 'Who?',
    options: [],
    gold: null,
    goldSpans: [],
    categories: { kind: index % 2 === 0 ? ['even', 'any'] : ['odd', 'any'] },
    source: { duration: index % 4, split: 'test' },
  } satisfies Item,
}));
const ids = (...selection: [Parameters<typeof selectItems>[1]]) =>
  selectItems(entries, ...selection).map(({ item }) => item.itemId);

describe('selectItems', () => {
  it('takes labels, and fields of the record, each with one of the wanted values', () => {
    const taken = ids({ limit: null, where: { kind: ['even'], duration: ['0', '1'] } });

    expect(taken).toEqual(entries.filter((_, i) => i % 4 === 0).map(({ item }) => item.itemId));
  });

  it('draws a share in file order, the same for one seed and another for the next', () => {
    const drawn = ids({ limit: null, fraction: 0.25, seed: 1 });

    expect(drawn).toHaveLength(50);
    expect(drawn).toEqual(ids({ limit: null, fraction: 0.25, seed: 1 }));
    expect(drawn).not.toEqual(ids({ limit: null, fraction: 0.25, seed: 2 }));
    const places = drawn.map((id) => Number(id.slice('item-'.length)));
    expect(places).toEqual(places.toSorted((left, right) => left - right));
  });

  it('P2: takes a fraction once, and with a larger one the same items and more', () => {
    const half = new Set(ids({ limit: null, fraction: 0.5, seed: 3 }));

    expect(half.size).toBe(100);
    expect(ids({ limit: null, fraction: 0.25, seed: 3 }).every((id) => half.has(id))).toBe(true);
  });

  it('draws by id, whatever the order of the file', () => {
    const selection = { limit: null, fraction: 0.3, seed: 0 };
    const there = selectItems(entries, selection);
    const back = selectItems(entries.toReversed(), selection);

    expect(back.toReversed()).toEqual(there);
  });

  it('P1: takes a limit last, and one item of a share that is almost nothing', () => {
    expect(ids({ limit: 3, where: { kind: ['odd'] } })).toEqual(['item-1', 'item-3', 'item-5']);
    expect(ids({ limit: null, fraction: 0.0001 })).toHaveLength(1);
  });

  it('draws and cuts pairs that are judged together as one', () => {
    const paired = entries.map(({ item }, index) => ({
      item: { ...item, categories: { pair: [`pair-${Math.floor(index / 2)}`] } },
    }));
    const pairs = (selection: Parameters<typeof selectItems>[1]) => {
      const taken = selectItems(paired, selection).map(({ item }) => item.categories.pair[0]);
      return { taken: taken.length, pairs: new Set(taken).size };
    };

    expect(pairs({ limit: null, fraction: 0.25 })).toEqual({ taken: 50, pairs: 25 });
    expect(pairs({ limit: 7 })).toEqual({ taken: 6, pairs: 3 });
    expect(pairs({ limit: 1 })).toEqual({ taken: 2, pairs: 1 });
  });
});

describe('refuseUnknown', () => {
  it('names what no item has, and what is near to it', () => {
    expect(() => refuseUnknown(entries, { kind: ['even'], duration: ['3'] })).not.toThrow();
    expect(() =>
      refuseUnknown(entries, { kind: ['evn', 'odd'], split: ['x'], kinds: ['odd'] }),
    ).toThrow(
      new UsageError(
        [
          'dataset.where.kind: no item has the value evn; did you mean even?',
          'dataset.where.split: no item has the value x. There is test',
          'dataset.where: no item has kinds; did you mean kind?',
        ].join('\n'),
      ),
    );
  });
});
