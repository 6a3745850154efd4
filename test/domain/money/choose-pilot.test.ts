import { expect, it } from 'vitest';
import { choosePilot } from '../../../domain/money/choose-pilot.ts';
import type { Item } from '../../../domain/item.ts';

const items: Item[] = Array.from({ length: 300 }, (_, n) => ({
  itemId: `q${n}`,
  videoIds: [`v${Math.floor(n / 5)}`],
  question: 'What?',
  options: [],
  gold: null,
  goldSpans: [],
  categories: { kind: [n % 3 === 0 ? 'counting' : 'order'] },
  source: {},
}));

it('takes every category by its share, out of videos from all over, always the same', () => {
  const pilot = choosePilot(items, 30);

  expect(pilot).toHaveLength(30);
  expect(pilot.filter(({ categories }) => categories['kind']?.[0] === 'counting')).toHaveLength(10);
  expect(new Set(pilot.map(({ videoIds }) => videoIds[0])).size).toBeGreaterThan(20);
  expect(choosePilot(items, 30)).toEqual(pilot);
});

it('takes everything where there is less than asked for', () => {
  expect(choosePilot(items.slice(0, 3), 20)).toEqual(items.slice(0, 3));
});

it('takes pairs that are judged together whole', () => {
  const pairs = items.map((item, n) => ({
    ...item,
    categories: { kind: ['order'], ...(n % 3 > 0 && { pair: [`pair-${Math.floor(n / 3)}`] }) },
  }));

  const pilot = choosePilot(pairs, 31);

  const halves = pilot.flatMap(({ categories }) => categories.pair ?? []);
  expect(halves).toHaveLength(2 * new Set(halves).size);
  expect(halves.length).toBeGreaterThan(15);
  expect(pilot.length).toBeLessThanOrEqual(31);
});
