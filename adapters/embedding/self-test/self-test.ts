import { EnvironmentError } from '../../../domain/errors/usage-error.ts';
import { type EmbeddingDevice, providerOf } from '../runtime/device.ts';
import type { ReferenceKey, SelfTestReferences } from './self-test-references.ts';

/** What the test at the start found. */
export type SelfTestReport = {
  /** Cosine of the picture's vector to the reference; at least 0.999. */
  readonly cosine: number;
  readonly device: EmbeddingDevice;
  /** The runtime's name for what ran the model, from its own profile of a run. */
  readonly provider: string;
  /** Nodes of the model that ran there. */
  readonly nodes: number;
  readonly elapsedMs: number;
  /** `made`: this was the first load of these weights, which made the reference. */
  readonly reference: 'made' | 'known';
};

/** What is tested, and how. Vectors have unit length. */
export type SelfTest = {
  /** Shown to people, such as the model's folder. */
  readonly name: string;
  readonly device: EmbeddingDevice;
  readonly dtype: string;
  /** Nodes that ran on the device. */
  readonly nodes: number;
  /** Identity of the reference; null when the folder has no 32-bit float weights. */
  readonly key: ReferenceKey | null;
  readonly preprocessingId: string;
  readonly references: SelfTestReferences;
  /** The vector of the test's picture on the device under test. */
  embed(): Promise<Float32Array>;
  /** The same by the 32-bit float weights on the CPU. Asked for only where `key` is not null. */
  embedAsReference(): Promise<Float32Array>;
};

const lowestCosine = 0.999;

/**
 * Embeds one fixed picture and compares it to what the 32-bit float weights gave on the CPU when
 * they were first loaded: catches damaged half-precision arithmetic, useless quantised files and
 * broken devices before anything is embedded with them.
 *
 * @throws {EnvironmentError} when the vectors differ, or when there is nothing to compare with
 */
export async function runSelfTest(test: SelfTest): Promise<SelfTestReport> {
  const { name, device, dtype, nodes } = test;
  const started = performance.now();
  const vector = await test.embed();
  const { reference, isNew } = await referenceOf(test, vector);
  const cosine = cosineOf(vector, reference);
  // Written so that NaN fails too.
  if (!(cosine >= lowestCosine)) {
    throw new EnvironmentError(
      `the embedding model ${name} (${dtype} on ${device}) failed its self-test: cosine ` +
        `${cosine.toFixed(4)} to what its 32-bit float weights gave on the CPU, needed is ` +
        `${lowestCosine}. Its vectors would be wrong: choose another number format ` +
        '(models.embedding.dtype: fp32), or copy the files again',
    );
  }
  return {
    cosine,
    device,
    provider: providerOf(device),
    nodes,
    elapsedMs: performance.now() - started,
    reference: isNew ? 'made' : 'known',
  };
}

async function referenceOf(
  test: SelfTest,
  vector: Float32Array,
): Promise<{ reference: Float32Array; isNew: boolean }> {
  const { key, references, device, dtype, preprocessingId } = test;
  const known = await (key === null ? references.findOnly(preprocessingId) : references.find(key));
  if (known !== undefined) return { reference: known, isNew: false };
  if (key === null) {
    throw new EnvironmentError(
      `the embedding model ${test.name} has ${dtype} weights only, so nothing tells whether its ` +
        'vectors are right. Copy onnx/vision_model.onnx (fp32) beside them, or fetch it with ' +
        '`videoqa models pull <repo> --dtype fp32`: it is needed once, for the self-test',
    );
  }
  const isReference = device === 'cpu' && dtype === 'fp32';
  const reference = isReference ? vector : await test.embedAsReference();
  // A useless vector is no reference: the same test refuses it.
  if (cosineOf(reference, reference) >= lowestCosine) await references.keep(key, reference);
  return { reference, isNew: true };
}

/** NaN when a vector is not finite or the dimensions differ. */
function cosineOf(left: Float32Array, right: Float32Array): number {
  if (left.length !== right.length) return Number.NaN;
  return left.reduce((sum, value, at) => sum + value * right[at]!, 0);
}
