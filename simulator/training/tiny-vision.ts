import { InferenceSession, Tensor } from 'onnxruntime-node';
import { modelInputSide } from './model-input.ts';

/** Turns pictures, as {@link modelInput} prepares them, into vectors of length 1. */
export type EmbedPictures = (inputs: readonly Uint8Array[]) => Promise<Float32Array[]>;

/** Loads the committed vision tower, or another file of the same contract. */
export async function loadTinyVision(modelFile: string): Promise<EmbedPictures> {
  const session = await InferenceSession.create(modelFile, { intraOpNumThreads: 1 });
  return async (inputs) => {
    const vectors: Float32Array[] = [];
    const batchSize = 32;
    for (let first = 0; first < inputs.length; first += batchSize) {
      const batch = inputs.slice(first, first + batchSize);
      const results = await session.run({ pixel_values: toPixelValues(batch) });
      const output = results['pooler_output'];
      if (output === undefined) throw new Error(`${modelFile} has no output "pooler_output"`);
      vectors.push(...unitRows(output.data as Float32Array, batch.length));
    }
    return vectors;
  };
}

/** Bytes in rows of RGB to planes of -1..1. */
function toPixelValues(inputs: readonly Uint8Array[]): Tensor {
  const plane = modelInputSide * modelInputSide;
  const values = new Float32Array(inputs.length * 3 * plane);
  inputs.forEach((input, number) => {
    for (let at = 0; at < plane; at += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const value = (input[at * 3 + channel] ?? 0) / 127.5 - 1;
        values[(number * 3 + channel) * plane + at] = value;
      }
    }
  });
  return new Tensor('float32', values, [inputs.length, 3, modelInputSide, modelInputSide]);
}

function unitRows(data: Float32Array, rows: number): Float32Array[] {
  const width = data.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const vector = data.slice(row * width, (row + 1) * width);
    const length = Math.sqrt(dotProduct(vector, vector));
    return vector.map((value) => value / length);
  });
}

/** The sum of products; the cosine where both vectors have length 1. */
export function dotProduct(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1)
    sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}
