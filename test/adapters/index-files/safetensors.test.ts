import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../adapters/index-files/safetensors.ts';
import { SafetensorsError } from '../../../adapters/index-files/safetensors-header.ts';

const content = {
  tensors: {
    rows: { shape: [2, 3], values: new Float32Array([1, 2, 3, 4, 5, 6.5]) },
    empty: { shape: [0, 3], values: new Float32Array() },
    scalar: { shape: [], values: new Float32Array([-0.25]) },
  },
  metadata: { note: 'füße' },
};
/** The same as it is read: with the type it was stored as. */
const read = {
  ...content,
  tensors: Object.fromEntries(
    Object.entries(content.tensors).map(([name, tensor]) => [
      name,
      { ...tensor, dtype: 'float32' },
    ]),
  ),
};
const goldens = new URL('../../fixtures/torch/safetensors/', import.meta.url);
/** What the Python library reads from the files there, noted by make_fixtures.py. */
const expected = JSON.parse(readFileSync(new URL('expected.json', goldens), 'utf8')) as {
  read: Record<string, { dtype: string; shape: number[]; float32: string }>;
  metadata: Record<string, string>;
  oursSha256: string;
};

describe('safetensors', () => {
  it('reads back what it wrote', () => {
    expect(readSafetensors(writeSafetensors(content))).toEqual(read);
  });

  it('begins the data at a multiple of 64 bytes, whatever the header holds', () => {
    for (let length = 0; length < 130; length++) {
      const bytes = writeSafetensors({ ...content, metadata: { note: 'x'.repeat(length) } });

      const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));

      expect((8 + headerBytes) % 64).toBe(0);
    }
  });

  it('reads a file that does not lie at an aligned address', () => {
    const bytes = writeSafetensors(content);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);

    expect(readSafetensors(shifted.subarray(1))).toEqual(read);
  });

  it('reads a file of the Python library, whose header is padded to 8 bytes', () => {
    const header = '{"e":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';

    const { tensors, metadata } = readSafetensors(fileOf(header, new Float32Array([7, 8])));

    expect(tensors).toEqual({
      e: { shape: [1, 2], dtype: 'float32', values: new Float32Array([7, 8]) },
    });
    expect(metadata).toEqual({});
  });

  it.each(Object.entries(expected.read))('reads %s of the Python library', (file, golden) => {
    const { tensors, metadata } = readSafetensors(readFileSync(new URL(file, goldens)));

    const { values, ...rest } = tensors['embeddings']!;
    expect(rest).toEqual({ dtype: golden.dtype, shape: golden.shape });
    expect(Buffer.from(values.slice().buffer).toString('hex')).toBe(golden.float32);
    expect(metadata).toEqual(expected.metadata);
  });

  it('still writes the very file that the Python library read', () => {
    const bytes = writeSafetensors(content);

    expect(createHash('sha256').update(bytes).digest('hex')).toBe(expected.oursSha256);
  });

  it('keeps a tensor named __proto__ as plain data', () => {
    const header = '{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';

    const { tensors } = readSafetensors(fileOf(header, new Float32Array([7, 8])));

    expect(Object.keys(tensors)).toEqual(['__proto__']);
  });

  it.each([
    ['a header that is no JSON', '{"e":'],
    ['a header that is a list', '[]'],
    ['whole numbers', '{"e":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}'],
    ['a type nobody knows', '{"e":{"dtype":"F31","shape":[1],"data_offsets":[0,8]}}'],
    ['a header that is a text', '"e"'],
    [
      'a size beyond all numbers',
      '{"e":{"dtype":"F32","shape":[1e300,1e300,0],"data_offsets":[0,8]}}',
    ],
    ['a shape that does not fit', '{"e":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}'],
    ['a negative shape', '{"e":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}'],
    ['data past the end', '{"e":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'],
    ['a gap at the start', '{"e":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}'],
    ['bytes no tensor owns', '{"e":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'],
    [
      'tensors that overlap',
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
    ],
    ['metadata that is not text', '{"__metadata__":{"a":1}}'],
    [
      'an entry with unknown fields',
      '{"e":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}',
    ],
  ])('refuses %s', (_, header) => {
    const bytes = fileOf(header, new Float32Array([7, 8]));

    expect(() => readSafetensors(bytes)).toThrow(SafetensorsError);
  });

  it('refuses a header longer than the file without reserving memory for it', () => {
    const bytes = writeSafetensors(content);
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);

    expect(() => readSafetensors(bytes)).toThrow(/header claims/);
    expect(() => readSafetensors(new Uint8Array(3))).toThrow(SafetensorsError);
  });

  it('refuses every file cut short', () => {
    const bytes = writeSafetensors(content);

    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(SafetensorsError);
    }
  });

  it('does not write a shape that does not fit its values', () => {
    const tensors = { rows: { shape: [2, 2], values: new Float32Array(3) } };

    expect(() => writeSafetensors({ tensors, metadata: {} })).toThrow(/"rows".*3 values/);
  });
});

function fileOf(header: string, values: Float32Array): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + values.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(new Uint8Array(values.buffer), 8 + json.length);
  return bytes;
}
