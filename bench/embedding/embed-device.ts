import { cpus } from 'node:os';
import type { EmbeddingDevice } from '../../domain/run-spec.ts';
import { batchBuckets } from '../../adapters/embedding/batching/batch-sizes.ts';
import { threadsPerRun } from '../../adapters/embedding/runtime/device-threads.ts';
import { openInference } from '../../adapters/embedding/runtime/inference.ts';
import { pixelInput } from '../../adapters/embedding/runtime/inference-pictures.ts';
import type { ModelFolder } from '../../adapters/embedding/model-folder/model-folder.ts';
import {
  createPreparation,
  valuesPerPicture,
} from '../../adapters/embedding/pictures/picture-preparation.ts';

/** The model alone: prepared pixels in, vectors out. */
export type DeviceAlone = {
  /**
   * Runs so many pictures, in batches of `pictureBatch`.
   *
   * @returns seconds in the runtime's thread, which is what Python's seconds are compared with, and
   *   milliseconds per picture that go into handing it over to that thread and back
   */
  round(pictures: number): Promise<{ seconds: number; handOverMs: number }>;
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
  const rows = pictureBatch(device);
  const values = valuesPerPicture(folder.recipe);
  const pixels = new Float32Array(rows * values).map((_, at) => Math.sin(at));
  const inference = await openInference({
    modelPath: folder.modelPath,
    device,
    threads: threadsPerRun(),
    outputNames: folder.outputNames,
    warmUp: [pixelInput(folder, pixels.subarray(0, values), 1)],
  });
  const run = async (input: Float32Array) =>
    inference.run([pixelInput(folder, input, input.length / values)]);
  // A device searches for its fastest way once per batch size.
  await run(pixels.slice());
  return {
    round: async (pictures) => {
      const started = performance.now();
      let input = pixels.slice();
      let runMs = 0;
      for (let done = 0; done < pictures; done += rows) {
        const { elapsedMs, returned } = await run(input);
        runMs += elapsedMs;
        input = new Float32Array(returned[0]!);
      }
      const handOverMs = (performance.now() - started - runMs) / pictures;
      return { seconds: runMs / 1000, handOverMs };
    },
    vector: async (input) => (await run(input.slice())).vectors,
    close: inference.close,
  };
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
