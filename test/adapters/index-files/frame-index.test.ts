import { describe, expect, it } from 'vitest';
import {
  assertSameModel,
  type FrameIndex,
  FrameIndexError,
  ModelMismatchError,
  readFrameIndex,
  writeFrameIndex,
} from '../../../adapters/index-files/frame-index.ts';
import { writeSafetensors } from '../../../adapters/index-files/safetensors.ts';

const index: FrameIndex = {
  modelId: 'google/siglip-tiny',
  modelHash: 'ab'.repeat(32),
  preprocessingId: 'siglip-96x96-cubic-mean0.5-std0.5-sharp1',
  dimension: 2,
  frameNames: ['frame_0.jpg', 'frame_1.jpg', 'Bild "ä".jpg'],
  vectors: new Float32Array([1, 0, 0, 1, 0.6, -0.8]),
  videoFingerprint: 'cd'.repeat(32),
};

describe('frame index', () => {
  it('reads back what it wrote', () => {
    expect(readFrameIndex(writeFrameIndex(index))).toEqual(index);
  });

  it('gives equal bytes for equal indexes, so that the file can be named by its hash', () => {
    const fieldsInAnotherOrder = Object.fromEntries(Object.entries(index).toReversed());

    expect(writeFrameIndex(fieldsInAnotherOrder as FrameIndex)).toEqual(writeFrameIndex(index));
  });

  it.each([
    ['names and rows that differ in number', { frameNames: ['frame_0.jpg'] }],
    ['a row that is not of unit length', { vectors: new Float32Array([1, 0, 0, 1, 1, 1]) }],
    ['a row with NaN', { vectors: new Float32Array([1, 0, 0, 1, Number.NaN, 1]) }],
    ['no frames at all', { frameNames: [], vectors: new Float32Array() }],
  ])('does not write %s', (_, change) => {
    expect(() => writeFrameIndex({ ...index, ...change })).toThrow(FrameIndexError);
  });

  it('names the frame whose row is wrong', () => {
    const vectors = new Float32Array([1, 0, 0, 5, 0.6, -0.8]);

    expect(() => writeFrameIndex({ ...index, vectors })).toThrow(/"frame_1.jpg" has length 5/);
  });

  it('refuses a damaged file and says how to mend it', () => {
    const bytes = writeFrameIndex(index);

    expect(() => readFrameIndex(bytes.subarray(0, bytes.length - 1))).toThrow(
      /damaged.*build the index again/,
    );
  });

  it('refuses another safetensors file', () => {
    const values = new Float32Array([1, 0]);
    const other = writeSafetensors({
      tensors: { vectors: { shape: [1, 2], values } },
      metadata: {},
    });

    expect(() => readFrameIndex(other)).toThrow(FrameIndexError);
  });

  it('survives any flipped byte with an error of its own or a valid index', () => {
    const bytes = writeFrameIndex(index);

    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = damaged[at]! ^ 0x41;
      try {
        const read = readFrameIndex(damaged);
        expect(read.vectors).toHaveLength(read.frameNames.length * read.dimension);
      } catch (error) {
        expect(error).toBeInstanceOf(FrameIndexError);
      }
    }
  });
});

describe('assertSameModel', () => {
  it('accepts the same weights under another name', () => {
    expect(() => assertSameModel(index, { ...index, modelId: 'a local copy' })).not.toThrow();
  });

  it.each([
    ['weights', { modelHash: 'ef'.repeat(32) }],
    ['preparation', { preprocessingId: 'siglip-96x96-linear-mean0.5-std0.5-sharp1' }],
    ['dimension', { dimension: 3 }],
  ])('refuses other %s and names both models', (_, change) => {
    const check = () => assertSameModel(index, { ...index, modelId: 'other/model', ...change });

    expect(check).toThrow(ModelMismatchError);
    expect(check).toThrow(/google\/siglip-tiny.*other\/model/);
  });
});
