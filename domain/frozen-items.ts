import { utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { canonicalJson } from './hashing.ts';
import { itemSchema, type Item } from './item.ts';

/** The platform's decoder: in Node and browsers alike, though not in this folder's type libraries. */
declare const TextDecoder: new (
  label: 'utf-8',
  options: { readonly fatal: boolean },
) => { decode(bytes: Uint8Array): string };

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
  const lines = new TextDecoder('utf-8', { fatal: true }).decode(content).split('\n');
  return z
    .array(itemSchema)
    .parse(lines.filter((line) => line !== '').map((line) => JSON.parse(line)));
}
