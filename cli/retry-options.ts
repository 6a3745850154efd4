import { readFile } from 'node:fs/promises';
import { thawCategories } from '../domain/frozen-items.ts';
import { failureClasses, steps } from '../domain/outcome.ts';
import {
  type CategoryWish,
  itemsInCategories,
  oneOf,
  parseWhere,
  type RetryFilter,
} from '../domain/retry-filter.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';
import { UsageError } from '../domain/errors/usage-error.ts';
import type { ReadingSession } from './session.ts';

/** How `retry` is told which items. */
export type RetryOptions = {
  readonly class?: readonly string[];
  readonly step?: string;
  readonly items?: string;
  readonly where?: readonly string[];
};

/**
 * Reads which items a retry takes up.
 *
 * @throws {UsageError} for unknown names, a class or a step given twice, and an unreadable list
 */
export async function readRetryFilter(
  session: ReadingSession,
  run: RunRecord,
  options: RetryOptions,
): Promise<RetryFilter> {
  const { filter, categories } = parseWhere(options.where ?? []);
  const named = namedFailures(options);
  for (const [key, word] of [
    ['classes', 'class'],
    ['step', 'step'],
  ] as const)
    if (filter[key] !== undefined && named[key] !== undefined)
      throw new UsageError(`Give the ${word} once: with --${word} or with --where.`);
  const lists = [
    filter.items,
    options.items === undefined ? undefined : await readItemIds(options.items),
    categories.length === 0 ? undefined : await inCategories(session, run, categories),
  ].filter((list) => list !== undefined);
  return { ...filter, ...named, ...(lists.length > 0 && { items: inAll(lists) }) };
}

function namedFailures({
  class: classes,
  step,
}: RetryOptions): Pick<RetryFilter, 'classes' | 'step'> {
  return {
    ...(classes !== undefined && {
      classes: classes.map((name) => oneOf('class', name, failureClasses)),
    }),
    ...(step !== undefined && { step: oneOf('step', step, steps) }),
  };
}

/** Categories stand in the frozen dataset alone. */
async function inCategories(
  { stores }: ReadingSession,
  { spec }: RunRecord,
  wishes: readonly CategoryWish[],
): Promise<string[]> {
  return itemsInCategories(thawCategories(await stores.blobs.get(spec.dataset.hash)), wishes);
}

function inAll([first = [], ...others]: readonly (readonly string[])[]): string[] {
  const sets = others.map((list) => new Set(list));
  return first.filter((itemId) => sets.every((set) => set.has(itemId)));
}

async function readItemIds(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`--items ${file}: the file cannot be read.`);
  });
  return text.split('\n').flatMap((line) => line.trim() || []);
}
