import { utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './hashing.ts';
import { itemSchema, type Item } from './item.ts';
import { utf8Text } from './text/utf8-text.ts';

/**
 * The items of a run in order, as canonical JSON, one line each: equal items give equal bytes. The
 * sha256 of the bytes is the dataset hash.
 */
export function freezeItems(items: readonly Item[]): Uint8Array {
  return utf8ToBytes(items.map((item) => `${canonicalJson(item)}\n`).join(''));
}

/**
 * Reads frozen items back.
 *
 * @throws {SyntaxError | ZodError | TypeError} when the bytes are not what `freezeItems` writes
 */
export function thawItems(content: Uint8Array): Item[] {
  return [...eachFrozenItem(content)];
}

/** The same one by one, for whoever keeps little of each. */
export function* eachFrozenItem(content: Uint8Array): Generator<Item> {
  for (let from = 0; from < content.length;) {
    const end = content.indexOf(newline, from);
    const to = end === -1 ? content.length : end;
    if (to > from) {
      const line = utf8Text(content.subarray(from, to), { fatal: true });
      yield itemSchema.parse(JSON.parse(line));
    }
    from = to + 1;
  }
}

const newline = 0x0a;

/**
 * Reads ids and categories of frozen items alone, trusting bytes that `freezeItems` wrote: several
 * times faster than reading the items back.
 */
export function thawCategories(content: Uint8Array): Pick<Item, 'itemId' | 'categories'>[] {
  const lines = utf8Text(content, { fatal: true }).split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const { itemId, categories } = JSON.parse(line) as Item;
      return { itemId, categories };
    });
}
