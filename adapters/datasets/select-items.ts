import { createHash } from 'node:crypto';
import type { Item } from '../../domain/item.ts';
import type { DatasetSpec } from '../../domain/run-spec.ts';

/** Which items of a data set a run takes. */
export type Selection = Pick<DatasetSpec, 'limit' | 'where' | 'fraction' | 'seed'>;

/**
 * Selects items, in file order. The draw looks at each item's id alone, so that it does not depend on
 * the order of the file; the same seed with a larger fraction takes these items and more.
 */
export function selectItems<Entry extends { readonly item: Item }>(
  entries: readonly Entry[],
  { limit, fraction, seed = 0, where }: Selection,
): readonly Entry[] {
  const wanted = where === undefined ? entries : entries.filter(({ item }) => fits(item, where));
  const drawn = fraction === undefined ? wanted : draw(wanted, fraction, seed);
  return drawn.slice(0, limit ?? undefined);
}

function fits({ categories, source }: Item, where: NonNullable<Selection['where']>): boolean {
  return Object.entries(where).every(([name, values]) => {
    const has = Object.hasOwn(categories, name)
      ? categories[name]!
      : [source[name]].map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
    return has.some((value) => value !== undefined && values.includes(value));
  });
}

function draw<Entry extends { readonly item: Item }>(
  entries: readonly Entry[],
  fraction: number,
  seed: number,
): readonly Entry[] {
  const lots = entries.map(({ item }, index) => ({ index, lot: lotOf(item.itemId, seed) }));
  const count = Math.max(Math.min(1, entries.length), Math.round(fraction * entries.length));
  const taken = new Set(
    lots
      .toSorted((left, right) => (left.lot < right.lot ? -1 : 1))
      .slice(0, count)
      .map(({ index }) => index),
  );
  return entries.filter((_, index) => taken.has(index));
}

const lotOf = (itemId: string, seed: number): string =>
  createHash('sha256').update(`${seed}\n${itemId}`).digest('hex');
