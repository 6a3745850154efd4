import { describe, expect, it } from 'vitest';
import {
  readSafetensors,
  SafetensorsError,
  writeSafetensors,
} from '../../../adapters/index-files/safetensors.ts';

const content = {
  tensors: {
    rows: { shape: [2, 3], values: new Float32Array([1, 2, 3, 4, 5, 6.5]) },
    empty: { shape: [0, 3], values: new Float32Array() },
    scalar: { shape: [], values: new Float32Array([-0.25]) },
  },
  metadata: { note: 'füße' },
};

describe('safetensors', () => {
  it('reads back what it wrote', () => {
    expect(readSafetensors(writeSafetensors(content))).toEqual(content);
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

    expect(readSafetensors(shifted.subarray(1))).toEqual(content);
  });

  it('reads a file of the Python library, whose header is padded to 8 bytes', () => {
    const header = '{"e":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}';

    const { tensors, metadata } = readSafetensors(fileOf(header, new Float32Array([7, 8])));

    expect(tensors).toEqual({ e: { shape: [1, 2], values: new Float32Array([7, 8]) } });
    expect(metadata).toEqual({});
  });

  it.each([
    ['a header that is no JSON', '{"e":'],
    ['a header that is a list', '[]'],
    ['half floats', '{"e":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}'],
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
