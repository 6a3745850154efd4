import { expect, it } from 'vitest';
import type { Item } from '../../domain/item.ts';
import { orderItems } from '../../domain/run-items.ts';

const item = (itemId: string, ...videoIds: string[]): Item => ({
  itemId,
  videoIds,
  question: 'q',
  options: [],
  gold: null,
  goldSpans: [],
  categories: {},
  source: {},
});

it('keeps the items of one video together and remembers the order of the file', () => {
  const ordered = orderItems([item('1', 'a'), item('2', 'b'), item('3', 'a')]);

  expect(ordered.map(({ itemId, position, ordinal }) => [itemId, position, ordinal])).toEqual([
    ['1', 0, 0],
    ['3', 1, 2],
    ['2', 2, 1],
  ]);
});

it('puts an item about several videos with its first, and names the others in its order', () => {
  const ordered = orderItems([item('1', 'a'), item('2', 'b', 'a', 'c'), item('3', 'b')]);

  expect(ordered.map(({ itemId, videoId }) => [itemId, videoId])).toEqual([
    ['1', 'a'],
    ['2', 'b'],
    ['3', 'b'],
  ]);
  expect(ordered[1]?.otherVideoIds).toEqual(['a', 'c']);
  expect(ordered[0]).not.toHaveProperty('otherVideoIds');
});

it('D2, D26: workflow keys are opaque, of one length, and differ for items of one video', () => {
  const ordered = orderItems([item('../../etc/passwd', 'a'), item('x'.repeat(500), 'a')]);

  for (const { workflowKey } of ordered) expect(workflowKey).toMatch(/^[0-9a-f]{32}-0$/);
  expect(ordered[0]?.workflowKey).not.toBe(ordered[1]?.workflowKey);
});
