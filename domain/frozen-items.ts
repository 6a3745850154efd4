import { utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { canonicalJson } from './hashing.ts';
import { itemSchema, type Item } from './item.ts';
import { utf8Text } from './utf8-text.ts';

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
 * @throws {SyntaxError | z.ZodError | TypeError} when the bytes are not what `freezeItems` writes
 */
export function thawItems(content: Uint8Array): Item[] {
  const lines = utf8Text(content, { fatal: true }).split('\n');
  return z
    .array(itemSchema)
    .parse(lines.filter((line) => line !== '').map((line) => JSON.parse(line)));
}
