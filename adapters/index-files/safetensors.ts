import { z } from 'zod';

/** A tensor of 32-bit floats, row-major. */
export type FloatTensor = { readonly shape: readonly number[]; readonly values: Float32Array };

/** What a safetensors file holds: named tensors and text. */
export type SafetensorsContent = {
  readonly tensors: Readonly<Record<string, FloatTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
};

/** The bytes are not a safetensors file as this tool reads it: damaged, or of another data type. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

/** The format's own limit for a header, in bytes. */
const headerCapBytes = 100_000_000;
const alignmentBytes = 64;
const lengthPrefixBytes = 8;
const metadataKey = '__metadata__';

const metadataSchema = z.record(z.string(), z.string());
const tensorSchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z.record(z.string(), z.unknown());

/**
 * Encodes tensors as a safetensors file: 8 bytes of header length, a JSON header padded with
 * spaces so that the data begins at a multiple of 64 bytes, then the values one after the other.
 * Equal content gives equal bytes.
 *
 * @throws {SafetensorsError} when a shape does not fit its values or the header grows past 100 MB
 */
export function writeSafetensors(content: SafetensorsContent): Uint8Array {
  const header: Record<string, unknown> = { [metadataKey]: content.metadata };
  let dataBytes = 0;
  for (const [name, { shape, values }] of Object.entries(content.tensors)) {
    if (name === metadataKey || elementCount(shape) !== values.length) {
      throw new SafetensorsError(
        `tensor "${name}" of shape [${shape.join(', ')}] has ${values.length} values`,
      );
    }
    const end = dataBytes + values.byteLength;
    header[name] = { dtype: 'F32', shape, data_offsets: [dataBytes, end] };
    dataBytes = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const dataStart = Math.ceil((lengthPrefixBytes + json.length) / alignmentBytes) * alignmentBytes;
  if (dataStart - lengthPrefixBytes > headerCapBytes) {
    throw new SafetensorsError(`the header would take ${json.length} bytes, the limit is 100 MB`);
  }
  const bytes = new Uint8Array(dataStart + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - lengthPrefixBytes), true);
  bytes.set(json, lengthPrefixBytes);
  bytes.fill(0x20, lengthPrefixBytes + json.length, dataStart);
  let at = dataStart;
  for (const { values } of Object.values(content.tensors)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * Decodes a safetensors file of 32-bit floats. The values are views into `bytes` where these are
 * aligned, else copies.
 *
 * @throws {SafetensorsError} when the header is damaged, the tensors do not cover the data without
 *   gap or overlap, or one is not F32
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsContent {
  const { header, dataStart } = readHeader(bytes);
  const metadata = metadataSchema.safeParse(header[metadataKey] ?? {});
  if (!metadata.success) throw new SafetensorsError('the metadata is not a table of texts');

  const entries = Object.entries(header)
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => ({ name, ...readEntry(name, value) }))
    .toSorted((left, right) => left.start - right.start || left.end - right.end);
  let covered = 0;
  const tensors: [string, FloatTensor][] = [];
  for (const { name, shape, start, end } of entries) {
    if (start !== covered || end > bytes.length - dataStart) {
      throw new SafetensorsError(
        `tensor "${name}" lies at ${start} to ${end}, not right after the one before it`,
      );
    }
    covered = end;
    tensors.push([name, { shape, values: floatsAt(bytes, dataStart + start, dataStart + end) }]);
  }
  if (covered !== bytes.length - dataStart) {
    throw new SafetensorsError(
      `the tensors cover ${covered} bytes, the file holds ${bytes.length - dataStart}`,
    );
  }
  return { tensors: Object.fromEntries(tensors), metadata: metadata.data };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < lengthPrefixBytes) {
    throw new SafetensorsError(`a file of ${bytes.length} bytes has no header`);
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(Math.min(headerCapBytes, bytes.length - lengthPrefixBytes))) {
    throw new SafetensorsError(`the header claims ${length} bytes, the file has ${bytes.length}`);
  }
  const dataStart = lengthPrefixBytes + Number(length);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      bytes.subarray(lengthPrefixBytes, dataStart),
    );
    return { header: headerSchema.parse(JSON.parse(text)), dataStart };
  } catch (error) {
    throw new SafetensorsError('the header is not a JSON object', { cause: error });
  }
}

function readEntry(name: string, value: unknown): { shape: number[]; start: number; end: number } {
  const entry = tensorSchema.safeParse(value);
  if (!entry.success) throw new SafetensorsError(`the header entry of tensor "${name}" is damaged`);
  const { dtype, shape, data_offsets } = entry.data;
  if (dtype !== 'F32') throw new SafetensorsError(`tensor "${name}" is ${dtype}, not F32`);
  const [start, end] = data_offsets;
  if (end - start !== elementCount(shape) * Float32Array.BYTES_PER_ELEMENT) {
    throw new SafetensorsError(
      `tensor "${name}" of shape [${shape.join(', ')}] lies in ${end - start} bytes`,
    );
  }
  return { shape, start, end };
}

function floatsAt(bytes: Uint8Array, start: number, end: number): Float32Array {
  const absolute = bytes.byteOffset + start;
  const aligned = absolute % Float32Array.BYTES_PER_ELEMENT === 0;
  return aligned
    ? new Float32Array(bytes.buffer, absolute, (end - start) / Float32Array.BYTES_PER_ELEMENT)
    : new Float32Array(bytes.slice(start, end).buffer);
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, 1);
}
