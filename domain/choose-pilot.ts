import { canonicalJson } from './hashing.ts';
import type { Item } from './item.ts';

/**
 * Items that stand for the others: every category, and within it the videos in their order, by
 * their share. Evenly spaced picks out of the items sorted by category and video; always the same.
 *
 * @returns at most `count` items, in the order of the dataset
 */
export function choosePilot(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  const sorted = items
    .map((item, ordinal) => ({ item, ordinal, stratum: canonicalJson(item.categories) }))
    .toSorted(
      (left, right) => compare(left.stratum, right.stratum) || left.ordinal - right.ordinal,
    );
  return Array.from(
    { length: count },
    (_, n) => sorted[Math.floor(((n + 0.5) * sorted.length) / count)]!,
  )
    .toSorted((left, right) => left.ordinal - right.ordinal)
    .map(({ item }) => item);
}

const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
