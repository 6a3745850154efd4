import type { Item } from './item.ts';
import { pairOf } from './judging/due-judgements.ts';

/** What an item is drawn by: the pair that it is judged with, else the item itself. */
export const groupOf = (item: Item): string => pairOf(item) ?? item.itemId;

/**
 * Puts together what is judged together: half a pair is answered, paid and never judged.
 *
 * @returns groups in the order of their first items, each with its items in order
 */
export function groupItems<Entry extends { readonly item: Item }>(
  entries: readonly Entry[],
): readonly (readonly Entry[])[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = groupOf(entry.item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}
