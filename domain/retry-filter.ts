import { nearestName } from './text/nearest-name.ts';
import { type FailureClass, failureClasses, type Outcome, type Step, steps } from './outcome.ts';
import { UsageError } from './errors/usage-error.ts';

/** Which of the items that are not answered a retry takes up; what is absent does not narrow. */
export type RetryFilter = {
  /** Failed with one of these. */
  readonly classes?: readonly FailureClass[];
  readonly step?: Step;
  readonly outcome?: RetriedOutcome;
  readonly videoId?: string;
  readonly sample?: number;
  readonly degraded?: boolean;
  readonly items?: readonly string[];
};

/** How an item may stand that is taken up again; `pending` has not ended. */
const retriedOutcomes = ['unparsed', 'failed', 'skipped', 'cancelled', 'pending'] as const;
type RetriedOutcome = Exclude<Outcome, 'answered'> | 'pending';

/** One category that an item must have; `name` null = in any of its categories. */
export type CategoryWish = { readonly name: string | null; readonly value: string };

const fields = ['category', 'outcome', 'class', 'step', 'video', 'item', 'sample', 'degraded'];

/**
 * Reads `--where` expressions: `field=value`, several joined by `and`, or by giving the flag again.
 *
 * @throws {UsageError} for an unknown field or value, with the nearest known one
 */
export function parseWhere(expressions: readonly string[]): {
  readonly filter: RetryFilter;
  readonly categories: readonly CategoryWish[];
} {
  const terms = expressions.flatMap((expression) => expression.split(/\s+and\s+/i)).map(parseTerm);
  const categories = terms.flatMap(({ field, value }) => {
    if (field === 'category') return { name: null, value };
    return field.startsWith('category.') ? { name: field.slice('category.'.length), value } : [];
  });
  const others = terms.filter(({ field }) => !/^category(\.|$)/.test(field));
  const twice = others.find(({ field }, n) => others.findIndex((one) => one.field === field) < n);
  if (twice !== undefined)
    throw new UsageError(`--where gives ${twice.field} twice: an item has one ${twice.field}.`);
  return { filter: Object.assign({}, ...others.map(readTerm)) as RetryFilter, categories };
}

type Term = { readonly field: string; readonly value: string };

function parseTerm(text: string): Term {
  const at = text.indexOf('=');
  if (at <= 0 || /[!<>]$/.test(text.slice(0, at).trim()))
    throw new UsageError(`--where ${text}: write field=value, such as outcome=unparsed.`);
  const field = text.slice(0, at).trim();
  const value = text.slice(at + 1).trim();
  if (value === '') throw new UsageError(`--where ${text}: the value is missing.`);
  if (fields.includes(field) || /^category\../.test(field)) return { field, value };
  throw new UsageError(unknown('field', field, [...fields, 'category.<name>']));
}

function readTerm({ field, value }: Term): RetryFilter {
  if (field === 'outcome') {
    if (value === 'answered')
      throw new UsageError('--where outcome=answered: what is answered is never taken up again.');
    return { outcome: oneOf('outcome', value, retriedOutcomes) };
  }
  if (field === 'class') return { classes: [oneOf('class', value, failureClasses)] };
  if (field === 'step') return { step: oneOf('step', value, steps) };
  if (field === 'video') return { videoId: value };
  if (field === 'item') return { items: [value] };
  if (field === 'degraded')
    return { degraded: oneOf('value', value, ['true', 'false']) === 'true' };
  if (/^\d+$/.test(value)) return { sample: Number(value) };
  throw new UsageError(`--where sample=${value}: not a whole number from 0.`);
}

/** @throws {UsageError} when the text is none of the known names, with the nearest one */
export function oneOf<Name extends string>(
  what: string,
  text: string,
  known: readonly Name[],
): Name {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(unknown(what, text, known));
}

function unknown(what: string, text: string, known: readonly string[]): string {
  const nearest = nearestName(text, known);
  const meant = nearest === null ? '' : ` Did you mean ${nearest}?`;
  return `The ${what} ${text} is unknown.${meant} Known: ${known.join(', ')}.`;
}

type Categorised = {
  readonly itemId: string;
  readonly categories: Readonly<Record<string, readonly string[]>>;
};

/**
 * Ids of the items that have every wished category.
 *
 * @throws {UsageError} when no item has one of them, with the nearest that there is
 */
export function itemsInCategories(
  items: readonly Categorised[],
  wishes: readonly CategoryWish[],
): string[] {
  for (const wish of wishes) {
    if (items.some((item) => hasCategory(item, wish))) continue;
    const names = [...new Set(items.flatMap((item) => Object.keys(item.categories)))];
    if (wish.name !== null && !names.includes(wish.name))
      throw new UsageError(unknown('category', wish.name, names));
    const values = items.flatMap((item) => valuesOf(item, wish.name));
    throw new UsageError(unknown('category value', wish.value, [...new Set(values)].slice(0, 50)));
  }
  return items
    .filter((item) => wishes.every((wish) => hasCategory(item, wish)))
    .map(({ itemId }) => itemId);
}

function hasCategory(item: Categorised, { name, value }: CategoryWish): boolean {
  return valuesOf(item, name).includes(value);
}

function valuesOf({ categories }: Categorised, name: string | null): readonly string[] {
  return name === null ? Object.values(categories).flat() : (categories[name] ?? []);
}
