import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createBatchBuffers } from '../../../adapters/embedding/batching/batch-buffers.ts';
import {
  cpuBatches,
  createBatchSizes,
  largestCpuBatch,
} from '../../../adapters/embedding/batching/batch-sizes.ts';
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

  it('gives rows that were handed over together, to be run one by one, the bits of single runs', async () => {
    const folder = await readModelFolder(path);
    const { inference, batches, largestBatch } = await openTestedInference(folder, {
      path,
      device: 'cpu',
      cacheFolder: null,
    });
    onTestFinished(() => inference.close());
    const values = valuesPerPicture(folder.recipe);
    const pixels = new Float32Array(largestBatch * values).map((_, at) => Math.sin(at * at));
    const single: string[] = [];
    for (let row = 0; row < largestBatch; row++) {
      const one = pixels.slice(row * values, (row + 1) * values);
      single.push(bitsOf((await inference.run([pixelInput(folder, one, 1)])).vectors));
    }

    const together = await inference.run(
      [pixelInput(folder, pixels.slice(), largestBatch)],
      batches.rowsAtOnce,
    );

    expect(new Set(single).size).toBe(largestBatch);
    expect(bitsOf(together.vectors)).toBe(single.join(''));
  });

  it('hands over several short runs at once on the CPU, and long ones alone', () => {
    const sizes = createBatchSizes(largestCpuBatch, 2, cpuBatches);
    expect([sizes.next(), sizes.rowsFor(5), sizes.rowsFor(3)]).toEqual([5, 5, 3]);
    sizes.ran(4, 4 * 0.5);
    expect(sizes.next()).toBe(largestCpuBatch);
    sizes.ran(0, 0);
    expect(sizes.next()).toBe(largestCpuBatch);
    sizes.ran(1, 3000);
    expect(sizes.next()).toBe(1);
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
        atOnce: inference.atOnce,
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
