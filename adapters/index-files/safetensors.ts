import { decodeFloats, floatBytes, type FloatType } from './float-values.ts';
import {
  elementCount,
  encodeHeader,
  floatTypeOf,
  headerLength,
  lengthPrefixBytes,
  parseHeader,
  SafetensorsError,
  type TensorPlace,
} from './safetensors-header.ts';

/** A tensor as 32-bit floats, row-major. */
export type FloatTensor = { readonly shape: readonly number[]; readonly values: Float32Array };

/** What a safetensors file holds: named tensors and text. */
export type SafetensorsContent<Tensor extends FloatTensor = FloatTensor> = {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
};

/** A tensor that was read, and how it was stored. */
export type StoredTensor = FloatTensor & { readonly dtype: FloatType };

/**
 * Encodes tensors as a safetensors file of 32-bit floats whose data begins at a multiple of 64
 * bytes. Equal content gives equal bytes.
 *
 * @throws {SafetensorsError} when a shape does not fit its values or the header grows past 100 MB
 */
export function writeSafetensors({ tensors, metadata }: SafetensorsContent): Uint8Array {
  const entries = Object.entries(tensors);
  for (const [name, { shape, values }] of entries) {
    if (elementCount(shape) !== values.length) {
      throw new SafetensorsError(
        `tensor "${name}" of shape [${shape.join(', ')}] has ${values.length} values`,
      );
    }
  }
  const head = encodeHeader(metadata, new Map(entries.map(([name, { shape }]) => [name, shape])));
  const dataBytes = entries.reduce((sum, [, { values }]) => sum + values.byteLength, 0);
  const bytes = new Uint8Array(head.length + dataBytes);
  bytes.set(head);
  let at = head.length;
  for (const [, { values }] of entries) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/**
 * Decodes a safetensors file of floating point numbers. Values stored as 32-bit floats are views
 * into `bytes` where these are aligned, else copies.
 *
 * @throws {SafetensorsError} when the file is damaged, or a tensor holds no floating point numbers
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsContent<StoredTensor> {
  const length = headerLength(bytes, bytes.length);
  const dataStart = lengthPrefixBytes + length;
  const { metadata, tensors } = parseHeader(
    bytes.subarray(lengthPrefixBytes, dataStart),
    bytes.length - dataStart,
  );
  const data = bytes.subarray(dataStart);
  return {
    metadata,
    tensors: Object.fromEntries(tensors.map((place) => [place.name, readTensor(data, place)])),
  };
}

function readTensor(data: Uint8Array, place: TensorPlace): StoredTensor {
  const dtype = floatTypeOf(place);
  if (dtype === undefined) {
    throw new SafetensorsError(`tensor "${place.name}" is ${place.dtype}, not floating point`);
  }
  const stored = data.subarray(place.start, place.end);
  const count = stored.length / floatBytes[dtype];
  if (dtype === 'float32' && stored.byteOffset % floatBytes[dtype] === 0) {
    const values = new Float32Array(stored.buffer, stored.byteOffset, count);
    return { shape: place.shape, dtype, values };
  }
  const values = new Float32Array(count);
  decodeFloats(dtype, stored, values, 0);
  return { shape: place.shape, dtype, values };
}
