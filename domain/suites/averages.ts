/** What the values of one group add up to. */
export type GroupSum = { readonly sum: number; readonly items: number };

/** The two averages of groups, which differ as soon as the groups are not of one size. */
export type Averages = {
  /** Every item counts once: the sum of all values over the number of all items. */
  readonly micro: number;
  /** Every group counts once: the mean of the groups' means. */
  readonly macro: number;
};

/** @returns null without a group that has items */
export function averagesOf(groups: Iterable<GroupSum>): Averages | null {
  const filled = [...groups].filter(({ items }) => items > 0);
  if (filled.length === 0) return null;
  const sum = filled.reduce((total, group) => total + group.sum, 0);
  const items = filled.reduce((total, group) => total + group.items, 0);
  const means = filled.reduce((total, group) => total + group.sum / group.items, 0);
  return { micro: sum / items, macro: means / filled.length };
}
