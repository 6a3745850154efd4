import { canonicalJson } from '../hashing.ts';
import type { Item } from '../item.ts';
import { groupItems } from '../item-groups.ts';

type Entry = { readonly item: Item; readonly ordinal: number };

/**
 * Items that stand for the others: every category, and within it the videos in their order, by
 * their share. Evenly spaced picks out of the items sorted by category and video; always the same.
 * Items that are judged together are picked together.
 *
 * @returns at most `count` items, or the one group that has more, in the order of the dataset
 */
export function choosePilot(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  const sorted = groupItems(items.map((item, ordinal) => ({ item, ordinal })))
    .map((group) => ({ group, ...place(group[0]!) }))
    .toSorted((left, right) => compare(left.stratum, right.stratum) || left.ordinal - right.ordinal)
    .map(({ group }) => group);
  return mostGroups(sorted, count)
    .toSorted((left, right) => left.ordinal - right.ordinal)
    .map(({ item }) => item);
}

const place = ({ item, ordinal }: Entry) => ({
  ordinal,
  stratum: canonicalJson(item.categories),
});

/** As many evenly spaced groups as have at most `count` items, and one at least. */
function mostGroups(groups: readonly (readonly Entry[])[], count: number): readonly Entry[] {
  for (let taken = Math.min(count, groups.length); taken > 1; taken -= 1) {
    const entries = evenly(groups, taken).flat();
    if (entries.length <= count) return entries;
  }
  return evenly(groups, 1).flat();
}

function evenly<Group>(groups: readonly Group[], count: number): Group[] {
  return Array.from(
    { length: count },
    (_, n) => groups[Math.floor(((n + 0.5) * groups.length) / count)]!,
  );
}

const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
