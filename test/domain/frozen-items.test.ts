import { describe, expect, it } from 'vitest';
import { freezeItems, thawCategories, thawItems } from '../../domain/frozen-items.ts';
import type { Item } from '../../domain/item.ts';

const item: Item = {
  itemId: '55',
  videoIds: ['a_video'],
  question: 'What is red?\n(A) Hat\n(B) 車 \u2028 \ud83d\ude97',
  options: [
    { letter: 'A', text: 'Hat' },
    { letter: 'B', text: '車' },
  ],
  gold: 'B',
  goldSpans: [{ startSeconds: 15, endSeconds: 19.5 }],
  categories: { question_type: ['entity recognition'] },
  source: { uid: '55', nested: { list: [1, null, 'x'] } },
};

describe('freezeItems', () => {
  it('gives the same items back', () => {
    const other = { ...item, itemId: 'v#2', gold: null, goldSpans: [], options: [] };

    expect(thawItems(freezeItems([item, other]))).toEqual([item, other]);
    expect(thawItems(freezeItems([]))).toEqual([]);
  });

  it('gives equal bytes for equal items, whatever the order of their keys', () => {
    const turned = Object.fromEntries(Object.entries(item).toReversed()) as Item;

    expect(freezeItems([turned])).toEqual(freezeItems([item]));
  });

  it('gives other bytes when the order of the items changes', () => {
    const other = { ...item, itemId: '56' };

    expect(freezeItems([item, other])).not.toEqual(freezeItems([other, item]));
  });
});

describe('thawItems', () => {
  it('refuses what is no item', () => {
    expect(() => thawItems(new TextEncoder().encode('{"itemId":"1"}\n'))).toThrow();
    expect(() => thawItems(new Uint8Array([0xff, 0xfe]))).toThrow();
  });
});

it('ids and categories are read without the rest', () => {
  const other = { ...item, itemId: 'v#2', categories: {} };

  expect(thawCategories(freezeItems([item, other]))).toEqual([
    { itemId: '55', categories: { question_type: ['entity recognition'] } },
    { itemId: 'v#2', categories: {} },
  ]);
});
