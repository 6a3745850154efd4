import { z } from 'zod';
import type { FloatType } from './float-values.ts';

/** The bytes are not a safetensors file as this tool reads it. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

/** Where a tensor lies; `start` and `end` are bytes, counted from the end of the header. */
export type TensorPlace = {
  readonly name: string;
  /** As the header names it, such as "F32". */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
};

export type SafetensorsHeader = {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of their data. */
  readonly tensors: readonly TensorPlace[];
};

/** The file begins with the header's length in so many bytes. */
export const lengthPrefixBytes = 8;
/** The format's own limit for a header, in bytes. */
const headerCapBytes = 100_000_000;
const alignmentBytes = 64;
const metadataKey = '__metadata__';

const floatTypes: ReadonlyMap<string, FloatType> = new Map([
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F64', 'float64'],
]);
const elementBytes: ReadonlyMap<string, number> = new Map([
  ...['BOOL', 'U8', 'I8', 'F8_E4M3', 'F8_E5M2'].map((dtype) => [dtype, 1] as const),
  ...['U16', 'I16', 'F16', 'BF16'].map((dtype) => [dtype, 2] as const),
  ...['U32', 'I32', 'F32'].map((dtype) => [dtype, 4] as const),
  ...['U64', 'I64', 'F64', 'C64'].map((dtype) => [dtype, 8] as const),
]);

const metadataSchema = z.record(z.string(), z.string());
const tensorSchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** The kind of floating point numbers of a tensor, or undefined where it holds something else. */
export function floatTypeOf({ dtype }: Pick<TensorPlace, 'dtype'>): FloatType | undefined {
  return floatTypes.get(dtype);
}

/**
 * Encodes the beginning of a file of 32-bit floats: the header's length, a JSON header padded with
 * spaces so that the data begins at a multiple of 64 bytes. Equal content gives equal bytes.
 *
 * @param shapes  of the tensors, in the order of their data
 * @throws {SafetensorsError} when the header grows past 100 MB or a name is taken by the format
 */
export function encodeHeader(
  metadata: Readonly<Record<string, string>>,
  shapes: ReadonlyMap<string, readonly number[]>,
): Uint8Array {
  const entries: [string, unknown][] = [[metadataKey, metadata]];
  let start = 0;
  for (const [name, shape] of shapes) {
    if (name === metadataKey) throw new SafetensorsError(`no tensor may be named ${name}`);
    const end = start + elementCount(shape) * Float32Array.BYTES_PER_ELEMENT;
    entries.push([name, { dtype: 'F32', shape, data_offsets: [start, end] }]);
    start = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const dataStart = Math.ceil((lengthPrefixBytes + json.length) / alignmentBytes) * alignmentBytes;
  if (dataStart - lengthPrefixBytes > headerCapBytes) {
    throw new SafetensorsError(`the header would take ${json.length} bytes, the limit is 100 MB`);
  }
  const bytes = new Uint8Array(dataStart).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - lengthPrefixBytes), true);
  bytes.set(json, lengthPrefixBytes);
  return bytes;
}

/**
 * The length of the JSON that follows the first 8 bytes.
 *
 * @throws {SafetensorsError} when it is more than the file or the format allows
 */
export function headerLength(prefix: Uint8Array, fileBytes: number): number {
  if (fileBytes < lengthPrefixBytes) {
    throw new SafetensorsError(`a file of ${fileBytes} bytes has no header`);
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(headerCapBytes, fileBytes - lengthPrefixBytes))) {
    throw new SafetensorsError(`the header claims ${length} bytes, the file has ${fileBytes}`);
  }
  return Number(length);
}

/**
 * Decodes a header.
 *
 * @param json       the header alone
 * @param dataBytes  how many bytes follow it
 * @throws {SafetensorsError} when it is damaged, or the tensors do not cover the data without gap
 *   or overlap
 */
export function parseHeader(json: Uint8Array, dataBytes: number): SafetensorsHeader {
  const header = parseObject(json);
  const metadata = metadataSchema.safeParse(header.get(metadataKey) ?? {});
  if (!metadata.success) throw new SafetensorsError('the metadata is not a table of texts');
  header.delete(metadataKey);

  const tensors = [...header]
    .map(([name, value]) => readEntry(name, value))
    .toSorted((left, right) => left.start - right.start || left.end - right.end);
  let covered = 0;
  for (const { name, start, end } of tensors) {
    if (start !== covered || end > dataBytes) {
      throw new SafetensorsError(
        `tensor "${name.slice(0, 100)}" lies at ${start} to ${end}, not right after the one before it`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new SafetensorsError(`the tensors cover ${covered} bytes, the file holds ${dataBytes}`);
  }
  return { metadata: metadata.data, tensors };
}

/** Values in a tensor of this shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}

function parseObject(json: Uint8Array): Map<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return new Map(Object.entries(value));
    }
  } catch (error) {
    throw new SafetensorsError('the header is not a JSON object', { cause: error });
  }
  throw new SafetensorsError('the header is not a JSON object');
}

function readEntry(name: string, value: unknown): TensorPlace {
  const entry = tensorSchema.safeParse(value);
  const title = `tensor "${name.slice(0, 100)}"`;
  if (!entry.success) throw new SafetensorsError(`the header entry of ${title} is damaged`);
  const { dtype, shape, data_offsets } = entry.data;
  const bytes = elementBytes.get(dtype);
  if (bytes === undefined)
    throw new SafetensorsError(`${title} is of unknown type ${dtype.slice(0, 100)}`);
  const [start, end] = data_offsets;
  if (end - start !== elementCount(shape) * bytes) {
    throw new SafetensorsError(
      `${title} of shape [${shape.slice(0, 8).join(', ')}] lies in ${end - start} bytes`,
    );
  }
  return { name, dtype, shape, start, end };
}
