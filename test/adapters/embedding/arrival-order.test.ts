import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBatchBuffers } from '../../../adapters/embedding/batching/batch-buffers.ts';
import { createBatchSizes } from '../../../adapters/embedding/batching/batch-sizes.ts';
import { createBatcher } from '../../../adapters/embedding/batching/batcher.ts';
import { openEmbedder } from '../../../adapters/embedding/embedder.ts';
import {
  openTestedInference,
  pixelInput,
} from '../../../adapters/embedding/runtime/inference-pictures.ts';
import { createMetrics } from '../../../adapters/embedding/metrics.ts';
import { readModelFolder } from '../../../adapters/embedding/model-folder/model-folder.ts';
import {
  createPreparation,
  valuesPerPicture,
} from '../../../adapters/embedding/pictures/picture-preparation.ts';
import { joinBatches, prepareBatch } from '../../../adapters/embedding/batching/prepare-batch.ts';
import { differentPictures } from './pictures.ts';

const path = fileURLToPath(new URL('../../../simulator/model/tiny-siglip', import.meta.url));
const pictures = 23;

describe('a real vision tower', () => {
  it('gives each picture the same bits on the CPU, whatever comes before, beside or after it', async () => {
    const embedder = await openEmbedder({ modelId: 'test/tiny', path, device: 'cpu' });
    onTestFinished(() => embedder.close());
    const all = await differentPictures(pictures);
    const rowOf = async (picture: number): Promise<string> =>
      bitsOf((await embedder.embed([all[picture]!])).vectors);
    const oneByOne: string[] = [];
    for (let picture = 0; picture < pictures; picture++) oneByOne.push(await rowOf(picture));

    const shuffled = Array.from({ length: pictures }, (_, at) => (at * 7 + 3) % pictures);
    const atOnce = await Promise.all(shuffled.map(rowOf));

    expect(new Set(oneByOne).size).toBe(pictures);
    expect(atOnce).toEqual(shuffled.map((picture) => oneByOne[picture]));
  });

  it('gives the same vectors in padded batches, as other devices get them', async () => {
    const folder = await readModelFolder(path);
    const { inference } = await openTestedInference(folder, {
      path,
      device: 'cpu',
      cacheFolder: null,
    });
    onTestFinished(() => inference.close());
    const sizes = createBatchSizes(8, 1);
    const rows: number[] = [];
    const preparing = {
      prepare: createPreparation(folder.recipe),
      valuesPerPicture: valuesPerPicture(folder.recipe),
      rowsFor: sizes.rowsFor,
      buffers: createBatchBuffers(3),
    };
    const batcher = createBatcher(
      {
        dimension: inference.dimension,
        sizes,
        picturesAhead: 16,
        metrics: createMetrics(),
        prepare: (batch) => prepareBatch(batch, preparing),
        join: (batches) => joinBatches(batches, preparing),
        run: async (batch) => {
          rows.push(batch.rows);
          const result = await inference.run([pixelInput(folder, batch.pixels, batch.rows)]);
          for (const buffer of result.returned) preparing.buffers.give(buffer);
          return result;
        },
      },
      100,
    );
    const all = await differentPictures(pictures);
    const alone: Float32Array[] = [];
    for (const picture of all) {
      alone.push((await batcher.embed([picture], 'query', undefined)).vectors);
    }

    const { vectors } = await batcher.embed(all, 'index', undefined);

    expect(rows.slice(0, pictures).every((count) => count === 1)).toBe(true);
    expect(Math.max(...rows)).toBe(8);
    alone.forEach((row, picture) => {
      const start = picture * inference.dimension;
      row.forEach((value, at) => expect(vectors[start + at]).toBeCloseTo(value, 5));
    });
  });
});

function bitsOf(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex');
}
