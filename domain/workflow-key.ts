import { sha256Hex } from './hashing.ts';

/** The last part of an item's workflow id: opaque, of fixed length, the same in every drive. */
export function workflowKey(itemId: string, sample: number): string {
  return `${sha256Hex(itemId).slice(0, 32)}-${sample}`;
}
