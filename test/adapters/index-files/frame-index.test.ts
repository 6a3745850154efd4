import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type FrameIndex,
  FrameIndexError,
  readFrameIndex,
  writeFrameIndex,
  writeFrameIndexFile,
} from '../../../adapters/index-files/frame-index.ts';
import { writeSafetensors } from '../../../adapters/index-files/safetensors.ts';

const index: FrameIndex = {
  modelId: 'google/siglip-tiny',
  revision: '0123456789abcdef0123456789abcdef01234567',
  modelHash: 'ab'.repeat(32),
  dtype: 'fp32',
  preprocessingId: 'squash-96x96-cubic-mean0.5-std0.5-pillow1',
  dimension: 2,
  frameNames: ['frame_0.jpg', 'frame_1.jpg', 'Bild "ä".jpg'],
  frameTimes: [0, 0.041_708, null],
  vectors: new Float32Array([1, 0, 0, 1, 0.6, -0.8]),
  videoFingerprint: 'cd'.repeat(32),
};

describe('frame index', () => {
  it('reads back what it wrote', () => {
    expect(readFrameIndex(writeFrameIndex(index))).toEqual(index);
  });

  it('writes an index without revision, number format and times as one that does not know them', () => {
    const { revision: _, dtype: __, frameTimes: ___, ...rest } = index;

    expect(readFrameIndex(writeFrameIndex(rest))).toEqual({
      ...index,
      revision: null,
      dtype: 'fp32',
      frameTimes: [null, null, null],
    });
  });

  it('reads an index of the first version', () => {
    const { modelId, modelHash, preprocessingId, videoFingerprint, frameNames } = index;
    const first = writeSafetensors({
      tensors: { vectors: { shape: [3, 2], values: index.vectors } },
      metadata: {
        format: 'durable-videoqa frame index 1',
        modelId,
        modelHash,
        preprocessingId,
        videoFingerprint,
        frameNames: JSON.stringify(frameNames),
      },
    });

    expect(readFrameIndex(first)).toEqual({
      ...index,
      revision: null,
      dtype: 'fp32',
      frameTimes: [null, null, null],
    });
  });

  it('writes the same bytes into a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'frame-index-'));
    const path = join(folder, 'v.safetensors');

    await writeFrameIndexFile(path, index);

    expect(new Uint8Array(await readFile(path))).toEqual(writeFrameIndex(index));
    await rm(folder, { recursive: true });
  });

  it('gives equal bytes for equal indexes, so that the file can be named by its hash', () => {
    const fieldsInAnotherOrder = Object.fromEntries(Object.entries(index).toReversed());

    expect(writeFrameIndex(fieldsInAnotherOrder as FrameIndex)).toEqual(writeFrameIndex(index));
  });

  it.each([
    ['names and rows that differ in number', { frameNames: ['frame_0.jpg'] }],
    ['a row that is not of unit length', { vectors: new Float32Array([1, 0, 0, 1, 1, 1]) }],
    ['a row with NaN', { vectors: new Float32Array([1, 0, 0, 1, Number.NaN, 1]) }],
    ['times that are too few', { frameTimes: [0, 1] }],
    ['a time that is no number', { frameTimes: [0, Number.NaN, 1] }],
    ['no frames at all', { frameNames: [], frameTimes: [], vectors: new Float32Array() }],
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
