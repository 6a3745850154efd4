import { cpus } from 'node:os';
import type { EmbeddingDevice } from '../../domain/run-spec.ts';
import {
  acceleratorBatches,
  batchBuckets,
  cpuBatches,
  createBatchSizes,
  largestCpuBatch,
} from '../../adapters/embedding/batching/batch-sizes.ts';
import { openVision, pixelInput } from '../../adapters/embedding/runtime/inference-pictures.ts';
import type { ModelFolder } from '../../adapters/embedding/model-folder/model-folder.ts';
import {
  createPreparation,
  valuesPerPicture,
} from '../../adapters/embedding/pictures/picture-preparation.ts';

/** The model alone: prepared pixels in, vectors out. */
export type DeviceAlone = {
  /**
   * Runs so many pictures, in the batches that the product makes under full load.
   *
   * @returns seconds, handing over to the runtime's threads and back included
   */
  round(pictures: number): Promise<number>;
  vector(pixels: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
};

/** Pictures in each run of a full load: one on the CPU, as many as the product takes elsewhere. */
export function pictureBatch(device: EmbeddingDevice): number {
  return device === 'cpu' ? 1 : batchBuckets.at(-1)!;
}

/** Loads the vision tower once more, in a thread of its own. */
export async function openDeviceAlone(
  folder: ModelFolder,
  device: EmbeddingDevice,
): Promise<DeviceAlone> {
  const values = valuesPerPicture(folder.recipe);
  const inference = await openVision(folder, device);
  const batches = device === 'cpu' ? cpuBatches : acceleratorBatches;
  const run = async (input: Float32Array) =>
    inference.run([pixelInput(folder, input, input.length / values)], batches.rowsAtOnce);
  const rows = await rowsUnderLoad(device, async (pictures) => {
    // A device searches for its fastest way once per batch size.
    await run(new Float32Array(pictures * values));
    return (await run(new Float32Array(pictures * values))).elapsedMs;
  });
  const pixels = new Float32Array(rows * values).map((_, at) => Math.sin(at));
  return {
    round: async (pictures) => {
      const started = performance.now();
      let left = pictures;
      // Two batches at a time for each thread: while one runs, the next lies ready, as in the product.
      const oneAfterAnother = async (): Promise<void> => {
        let input = pixels.slice();
        while (left > 0) {
          const taken = Math.min(rows, left);
          left -= taken;
          const { returned } = await run(input.subarray(0, taken * values));
          input = new Float32Array(returned[0]!);
        }
      };
      await Promise.all(Array.from({ length: 2 * inference.atOnce }, oneAfterAnother));
      return (performance.now() - started) / 1000;
    },
    vector: async (input) => (await run(input.slice())).vectors,
    close: inference.close,
  };
}

/** The size of the batches that the product makes of a full queue. */
async function rowsUnderLoad(
  device: EmbeddingDevice,
  run: (pictures: number) => Promise<number>,
): Promise<number> {
  if (device !== 'cpu') return pictureBatch(device);
  const elapsedMs = await run(1);
  return createBatchSizes(largestCpuBatch, elapsedMs, cpuBatches).next();
}

/** Pictures decoded and resized per second of one core's time, on all cores at once. */
export async function preparedPerCoreSecond(
  folder: ModelFolder,
  pictures: readonly Uint8Array[],
  count: number,
): Promise<number> {
  const prepare = createPreparation(folder.recipe);
  let left = count;
  const work = async (): Promise<void> => {
    const target = new Float32Array(valuesPerPicture(folder.recipe));
    while (left > 0) await prepare(pictures[left-- % pictures.length]!, target);
  };
  const before = process.cpuUsage();
  await Promise.all(cpus().map(work));
  const { user, system } = process.cpuUsage(before);
  return count / ((user + system) / 1e6);
}
