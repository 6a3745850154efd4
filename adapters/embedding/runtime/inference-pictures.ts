import { normalizeRows } from '../../../domain/frames/similarity.ts';
import { EnvironmentError } from '../../../domain/errors/usage-error.ts';
import {
  acceleratorBatches,
  batchBuckets,
  type BatchKind,
  cpuBatches,
  largestCpuBatch,
} from '../batching/batch-sizes.ts';
import { type EmbeddingDevice, providerOf } from './device.ts';
import { saysOutOfMemory } from './device-errors.ts';
import { threadsPerRun } from './device-threads.ts';
import type { Inference } from './inference.ts';
import { type Copies, copiesFor, openCopies } from './inference-copies.ts';
import type { ModelInput } from './inference-messages.ts';
import { findTower, hashFiles } from '../model-folder/model-files.ts';
import { type ModelFolder, readModelFolder } from '../model-folder/model-folder.ts';
import {
  createPreparation,
  preprocessingIdOf,
  valuesPerPicture,
} from '../pictures/picture-preparation.ts';
import { runSelfTest, type SelfTestReport } from '../self-test/self-test.ts';
import { selfTestPicture } from '../self-test/self-test-picture.ts';
import { type ReferenceKey, selfTestReferences } from '../self-test/self-test-references.ts';

/** A vision tower that passed its test. */
export type TestedInference = {
  readonly inference: Inference;
  readonly selfTest: SelfTestReport;
  readonly batches: BatchKind;
  /** Largest batch to ask for; a device other than the CPU has run it once. */
  readonly largestBatch: number;
};

/** Where a vision tower lies, where it runs, and where its reference may be kept. */
export type TestedInferenceOptions = {
  readonly path: string;
  readonly device: EmbeddingDevice;
  readonly cacheFolder: string | null;
};

/** Prepared pictures, shape [rows, 3, height, width]. */
export function pixelInput({ recipe }: ModelFolder, values: Float32Array, rows: number) {
  const dims = [rows, 3, recipe.height, recipe.width];
  return { name: 'pixel_values', type: 'float32', values, dims } as const satisfies ModelInput;
}

/**
 * Loads the vision tower of a folder, tests it, and lets devices other than the CPU meet each batch
 * size once.
 *
 * @throws {EnvironmentError} when it cannot be loaded or fails its test; says what to do
 */
export async function openTestedInference(
  folder: ModelFolder,
  options: TestedInferenceOptions,
): Promise<TestedInference> {
  const inference = await loadVision(folder, options);
  try {
    const selfTest = await testInference(inference, folder, options);
    if (options.device === 'cpu') {
      return { inference, selfTest, batches: cpuBatches, largestBatch: largestCpuBatch };
    }
    const largestBatch = await warmUp(inference, folder);
    return { inference, selfTest, batches: acceleratorBatches, largestBatch };
  } catch (error) {
    await inference.close();
    throw error;
  }
}

/**
 * Loads the vision tower of a folder.
 *
 * @throws what `openInference` throws
 */
export function openVision(
  folder: ModelFolder,
  device: EmbeddingDevice,
  copies = copiesOn(device, folder),
): Promise<Inference> {
  const { modelPath, outputNames, recipe } = folder;
  const black = pixelInput(folder, new Float32Array(valuesPerPicture(recipe)), 1);
  return openCopies({ modelPath, device, outputNames, warmUp: [black] }, copies);
}

function copiesOn(device: EmbeddingDevice, { modelBytes }: ModelFolder): Copies {
  const cores = threadsPerRun();
  return device === 'cpu' ? copiesFor(modelBytes, cores) : { copies: 1, threads: cores };
}

async function loadVision(
  folder: ModelFolder,
  { path, device }: TestedInferenceOptions,
  copies?: Copies,
): Promise<Inference> {
  try {
    return await openVision(folder, device, copies);
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EnvironmentError(
      `the embedding model in ${path} cannot be loaded: ${reason}. Copy its files again, or choose ` +
        'another model',
      { cause: error },
    );
  }
}

async function testInference(
  inference: Inference,
  folder: ModelFolder,
  options: TestedInferenceOptions,
): Promise<SelfTestReport> {
  const { path, device, cacheFolder } = options;
  const preprocessingId = preprocessingIdOf(folder.recipe);
  return runSelfTest({
    name: path,
    device,
    dtype: folder.dtype,
    nodes: inference.deviceUse.nodes[providerOf(device)] ?? 0,
    key: await referenceKey(folder, path),
    preprocessingId,
    references: selfTestReferences(path, cacheFolder),
    embed: () => embedTestPicture(inference, folder),
    embedAsReference: async () => {
      const fullPrecision = await readModelFolder(path);
      const once = { copies: 1, threads: threadsPerRun() };
      const reference = await loadVision(fullPrecision, { ...options, device: 'cpu' }, once);
      try {
        return await embedTestPicture(reference, fullPrecision);
      } finally {
        await reference.close();
      }
    },
  });
}

async function referenceKey(folder: ModelFolder, path: string): Promise<ReferenceKey | null> {
  const preprocessingId = preprocessingIdOf(folder.recipe);
  if (folder.dtype === 'fp32') return { modelHash: folder.modelHash, preprocessingId };
  const fullPrecision = await findTower(path, 'vision', 'fp32');
  if (fullPrecision === null) return null;
  return { modelHash: await hashFiles(fullPrecision.paths), preprocessingId };
}

/** Of unit length; as the model gave it if that is impossible. */
async function embedTestPicture(inference: Inference, folder: ModelFolder): Promise<Float32Array> {
  const pixels = new Float32Array(valuesPerPicture(folder.recipe));
  await createPreparation(folder.recipe)(await selfTestPicture(), pixels);
  const { vectors } = await inference.run([pixelInput(folder, pixels, 1)]);
  try {
    normalizeRows(vectors, inference.dimension);
  } catch {
    // NaN or zeros: the comparison says so.
  }
  return vectors;
}

/** @returns the largest batch that the device's memory takes */
async function warmUp(inference: Inference, folder: ModelFolder): Promise<number> {
  let largest = 1;
  for (const rows of batchBuckets) {
    const pixels = new Float32Array(rows * valuesPerPicture(folder.recipe));
    try {
      await inference.run([pixelInput(folder, pixels, rows)]);
    } catch (error) {
      if (rows > 1 && error instanceof Error && saysOutOfMemory(error.message)) break;
      throw error;
    }
    largest = rows;
  }
  return largest;
}
