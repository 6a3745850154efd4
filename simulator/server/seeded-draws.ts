import { createHash } from 'node:crypto';

/** A value that JSON can hold. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** JSON text with sorted keys, so that two bodies that mean the same read the same. */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** Hex sha256 of a text or of bytes. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** A whole number from 0 to 2^32 - 1 that depends on every part and on nothing else. */
export function drawInteger(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(parts.join('\u0000')).digest().readUInt32BE(0);
}

/** A number in [0, 1) that depends on every part and on nothing else. */
export function drawUnit(...parts: readonly (string | number)[]): number {
  return drawInteger(...parts) / 2 ** 32;
}

/** One of `choices`, decided by the parts. `choices` must not be empty. */
export function drawOne<Choice>(
  choices: readonly Choice[],
  ...parts: readonly (string | number)[]
): Choice {
  const choice = choices[drawInteger(...parts) % choices.length];
  if (choice === undefined) throw new RangeError('Cannot draw from an empty list');
  return choice;
}
