import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unknownModelHash } from '../../../adapters/index-files/embedding-origin.ts';
import { writeFrameIndexFile } from '../../../adapters/index-files/frame-index.ts';
import { writeSafetensors } from '../../../adapters/index-files/safetensors.ts';
import {
  findVideoEmbeddings,
  readVideoEmbeddings,
} from '../../../adapters/index-files/video-embeddings.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/torch', import.meta.url));
const foreign = (name: string) => join(fixtures, 'safetensors', `${name}.safetensors`);
const origin = {
  modelId: 'google/siglip-tiny',
  revision: null,
  modelHash: 'ab'.repeat(32),
  dtype: 'fp32',
  preprocessingId: 'squash-96x96-cubic-mean0.5-std0.5-pillow1',
  dimension: 2,
};
const index = {
  ...origin,
  frameNames: ['frame_0.jpg', 'frame_1.jpg'],
  frameTimes: [0, 0.5],
  vectors: new Float32Array([1, 0, 0.6, -0.8]),
  videoFingerprint: 'cd'.repeat(32),
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'video-embeddings-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('readVideoEmbeddings', () => {
  it.each(['plain.pt', 'plain.pth', 'PLAIN.PT'])(
    'reads the torch file %s as it stands',
    async (name) => {
      await copyFile(join(fixtures, 'plain.pt'), join(folder, name));

      const read = await readVideoEmbeddings(join(folder, name));

      expect(read).toMatchObject({ dimension: 4, dtype: 'float32', model: null, frameTimes: null });
      expect(read.names).toHaveLength(6);
      expect(read.vectors.slice(0, 5)).toEqual(new Float32Array([0, 0.25, 0.5, 0.75, 1]));
    },
  );

  it('reads an index of its own with model and times', async () => {
    const path = join(folder, 'v.safetensors');
    await writeFrameIndexFile(path, index);

    expect(await readVideoEmbeddings(path)).toEqual({
      names: index.frameNames,
      vectors: index.vectors,
      dimension: 2,
      dtype: 'float32',
      model: origin,
      frameTimes: [0, 0.5],
    });
  });

  it('knows no model for an index that was imported from an unknown one', async () => {
    const path = join(folder, 'v.safetensors');
    await writeFrameIndexFile(path, { ...index, modelHash: unknownModelHash });

    expect((await readVideoEmbeddings(path)).model).toBeNull();
  });

  it.each(['float32', 'float16', 'bfloat16', 'float64', 'beside-others'])(
    "reads the file %s of Python's safetensors library",
    async (name) => {
      const read = await readVideoEmbeddings(foreign(name));

      expect(read).toMatchObject({
        names: ['frame_0.jpg', 'frame_1.jpg'],
        dimension: 4,
        model: null,
      });
      expect(read.dtype).toBe(name === 'beside-others' ? 'float16' : name);
      expect(read.vectors[3]).toBe(-2.5);
    },
  );

  it.each([
    ['two-matrices', /2 floating point tensors \[N, D\], not one/],
    ['no-names', /no names of frames; save them with metadata=/],
    ['one-name', /names 1 frames and holds 2 embeddings/],
    ['not-finite', /NaN or infinity in row 0 \(frame_0\.jpg\), row 1 \(frame_1\.jpg\)/],
  ])('refuses the file %s, naming the path', async (name, message) => {
    const reading = readVideoEmbeddings(foreign(name));

    await expect(reading).rejects.toThrow(UsageError);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(foreign(name));
  });

  it('refuses an index of a version to come instead of guessing', async () => {
    const path = join(folder, 'v.safetensors');
    const tensors = { vectors: { shape: [1, 1], values: new Float32Array([1]) } };
    const metadata = { format: 'durable-videoqa frame index 9', frameNames: '["a"]' };
    await writeFile(path, writeSafetensors({ tensors, metadata }));

    await expect(readVideoEmbeddings(path)).rejects.toThrow(/newer version/);
  });

  it('refuses a file that is not there, cut short or of another kind with exit code 2', async () => {
    await writeFile(join(folder, 'short.safetensors'), 'abc');
    await writeFile(join(folder, 'v.npy'), '');

    for (const name of ['none.safetensors', 'short.safetensors', 'v.npy', 'none.pt']) {
      await expect(readVideoEmbeddings(join(folder, name))).rejects.toThrow(UsageError);
    }
  });

  it('gives a file without rows only to those who ask', async () => {
    const path = join(fixtures, 'no-rows.pt');

    await expect(readVideoEmbeddings(path)).rejects.toThrow(/no embeddings/);
    expect((await readVideoEmbeddings(path, { allowEmpty: true })).names).toEqual([]);
  });
});

describe('findVideoEmbeddings', () => {
  it('prefers .safetensors to .pt, and .pt to .pth', async () => {
    await writeFile(join(folder, 'v.pth'), '');
    expect(await findVideoEmbeddings(folder, 'v')).toBe(join(folder, 'v.pth'));
    await writeFile(join(folder, 'v.pt'), '');
    expect(await findVideoEmbeddings(folder, 'v')).toBe(join(folder, 'v.pt'));
    await writeFile(join(folder, 'v.safetensors'), '');
    expect(await findVideoEmbeddings(folder, 'v')).toBe(join(folder, 'v.safetensors'));
  });

  it('finds nothing for a video without a file, or with a folder of that name', async () => {
    await mkdir(join(folder, 'v.pt'));

    expect(await findVideoEmbeddings(folder, 'v')).toBeNull();
    expect(await findVideoEmbeddings(join(folder, 'none'), 'v')).toBeNull();
  });

  it.each(['../v', 'inner/../../v', 'inner/v', '..\\v', '/v', 'v\0'])(
    'does not leave the folder for a video named %j',
    async (videoId) => {
      await writeFile(join(folder, 'v.pt'), '');
      const inner = join(folder, 'inner');
      await mkdir(inner);
      await writeFile(join(inner, 'v.pt'), '');

      expect(await findVideoEmbeddings(inner, videoId)).toBeNull();
      expect(await findVideoEmbeddings(folder, videoId)).toBeNull();
    },
  );
});
