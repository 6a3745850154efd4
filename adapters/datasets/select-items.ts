import { createHash } from 'node:crypto';
import type { Item } from '../../domain/item.ts';
import { groupItems, groupOf } from '../../domain/item-groups.ts';
import { nearestName } from '../../domain/text/nearest-name.ts';
import type { DatasetSpec } from '../../domain/run-spec.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';

/** Which items of a data set a run takes. */
export type Selection = Pick<DatasetSpec, 'limit' | 'where' | 'fraction' | 'seed'>;

type Where = NonNullable<Selection['where']>;
type Entries = readonly { readonly item: Item }[];

/**
 * Selects items, in file order. The draw looks at each item's id alone, so that it does not depend on
 * the order of the file; the same seed with a larger fraction takes these items and more. Items that
 * are judged together are drawn and cut as one: a limit ends before a pair that it would tear, but
 * leaves at least one.
 */
export function selectItems<Entry extends { readonly item: Item }>(
  entries: readonly Entry[],
  { limit, fraction, seed = 0, where }: Selection,
): readonly Entry[] {
  const wanted = where === undefined ? entries : entries.filter(({ item }) => fits(item, where));
  const drawn = fraction === undefined ? wanted : draw(wanted, fraction, seed);
  return limit === null ? drawn : cut(drawn, limit);
}

function fits(item: Item, where: Where): boolean {
  return Object.entries(where).every(([name, values]) =>
    valuesOf(item, name).some((value) => values.includes(value)),
  );
}

/** The labels of a name, else the field of the record as text; none where the item has neither. */
function valuesOf({ categories, source }: Item, name: string): readonly string[] {
  if (Object.hasOwn(categories, name)) return categories[name]!;
  const value = Object.hasOwn(source, name) ? source[name] : undefined;
  if (value === undefined) return [];
  return [typeof value === 'string' ? value : JSON.stringify(value)];
}

/**
 * Refuses what no item has: a slip of the pen in one of several values would leave a part of the data
 * set out, unnoticed.
 *
 * @throws {UsageError} naming every such name and value of `where`
 */
export function refuseUnknown(entries: Entries, where: Where): void {
  const lines = Object.entries(where).flatMap(([name, values]) => {
    const known = new Set(entries.flatMap(({ item }) => valuesOf(item, name)));
    if (known.size === 0)
      return [`dataset.where: no item has ${name}${hintAt(name, namesIn(entries))}`];
    return values
      .filter((value) => !known.has(value))
      .map((value) => {
        const hint = hintAt(value, [...known]);
        return `dataset.where.${name}: no item has the value ${value}${hint}`;
      });
  });
  if (lines.length > 0) throw new UsageError(lines.join('\n'));
}

/** More than these are not to be read on a screen. */
const shownNames = 20;

function hintAt(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  if (nearest !== null) return `; did you mean ${nearest}?`;
  const more = known.length > shownNames ? ', ...' : '';
  return `. There is ${known.slice(0, shownNames).join(', ')}${more}`;
}

function namesIn(entries: Entries): readonly string[] {
  return [
    ...new Set(
      entries.flatMap(({ item }) => [...Object.keys(item.categories), ...Object.keys(item.source)]),
    ),
  ];
}

function draw<Entry extends { readonly item: Item }>(
  entries: readonly Entry[],
  fraction: number,
  seed: number,
): readonly Entry[] {
  const lots = groupItems(entries).map((group) => ({
    group,
    lot: lotOf(groupOf(group[0]!.item), seed),
  }));
  const count = Math.max(Math.min(1, lots.length), Math.round(fraction * lots.length));
  const taken = new Set(
    lots
      .toSorted((left, right) => (left.lot < right.lot ? -1 : 1))
      .slice(0, count)
      .flatMap(({ group }) => group),
  );
  return entries.filter((entry) => taken.has(entry));
}

const lotOf = (name: string, seed: number): string =>
  createHash('sha256').update(`${seed}\n${name}`).digest('hex');

function cut<Entry extends { readonly item: Item }>(
  entries: readonly Entry[],
  limit: number,
): readonly Entry[] {
  const taken = new Set<Entry>();
  for (const group of groupItems(entries)) {
    if (taken.size > 0 && taken.size + group.length > limit) break;
    for (const entry of group) taken.add(entry);
  }
  return entries.filter((entry) => taken.has(entry));
}
