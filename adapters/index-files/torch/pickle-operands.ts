import { damaged } from './torch-file-error.ts';

/** A place in the bytes of a pickle, from which instructions take their operands. */
export type PickleCursor = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
};

/** The format allows integers of 2 GiB; torch's own magic number has 10 bytes. */
const integerCapBytes = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Moves past `count` bytes.
 *
 * @returns the position of the first of them
 * @throws {TorchFileError} as everything here does, when the pickle has fewer
 */
export function advance(cursor: PickleCursor, count: number): number {
  const start = cursor.at;
  if (!(count <= cursor.bytes.length - start)) throw damaged('its pickle is cut short');
  cursor.at += count;
  return start;
}

/** A little-endian count. One of 8 bytes that no file can have ends as "cut short" in `advance`. */
export function unsigned(cursor: PickleCursor, size: 1 | 2 | 4 | 8): number {
  const start = advance(cursor, size);
  if (size === 1) return cursor.view.getUint8(start);
  if (size === 2) return cursor.view.getUint16(start, true);
  return size === 4
    ? cursor.view.getUint32(start, true)
    : Number(cursor.view.getBigUint64(start, true));
}

/** A little-endian two's complement integer; beyond 2^53 a bigint, so that no digit is lost. */
export function integer(cursor: PickleCursor, size: number): number | bigint {
  if (size > integerCapBytes) throw damaged('a number in it is too long');
  const start = advance(cursor, size);
  if (size === 0) return 0;
  const bytes = cursor.bytes.subarray(start, start + size).toReversed();
  const digits = Buffer.from(bytes).toString('hex');
  const signed = BigInt.asIntN(8 * size, BigInt(`0x${digits}`));
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}

/** UTF-8 text of `length` bytes. */
export function text(cursor: PickleCursor, length: number): string {
  const start = advance(cursor, length);
  return decode(cursor.bytes.subarray(start, start + length));
}

/** Text up to the end of the line. */
export function line(cursor: PickleCursor): string {
  const end = cursor.bytes.indexOf(0x0a, cursor.at);
  if (end === -1) throw damaged('its pickle is cut short');
  const start = advance(cursor, end + 1 - cursor.at);
  return decode(cursor.bytes.subarray(start, end));
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw damaged('a text in it is not UTF-8');
  }
}
