import { EnvironmentError } from '../../domain/usage-error.ts';
import type { EmbeddingDevice } from './device.ts';

/** The loaded text tower of a model. */
export type TextTower = {
  /** Values per vector. */
  readonly dimension: number;
  /** sha256 of the tower's weights, 64 hex digits. */
  readonly textModelHash: string;
  /** Unit-length rows, row-major [texts, dimension], and which texts were cut at the model's length. */
  embed(
    texts: readonly string[],
  ): Promise<{ vectors: Float32Array; truncated: readonly boolean[] }>;
  close(): Promise<void>;
};

export async function openTextTower(options: {
  readonly path: string;
  readonly device: EmbeddingDevice;
  readonly dtype: string;
}): Promise<TextTower> {
  throw new EnvironmentError(`the text tower in ${options.path} cannot be read yet`);
}
