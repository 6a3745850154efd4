import { UsageError } from '../../domain/usage-error.ts';

/** Which model and preparation made a set of vectors: only equal ones may be compared. */
export type EmbeddingOrigin = {
  /** The model as the configuration names it; shown to people, never compared. */
  readonly modelId: string;
  /** Commit of the model's repository; null when it is not known. Never compared. */
  readonly revision: string | null;
  /** sha256 of the model's weights, 64 hex digits. */
  readonly modelHash: string;
  /** Number format of the weights, such as "fp32". Other formats have other weights and hashes. */
  readonly dtype: string;
  /** How pictures were prepared, such as "siglip-96x96-cubic-mean0.5-std0.5-sharp1". */
  readonly preprocessingId: string;
  /** Values per vector. */
  readonly dimension: number;
};

/** Stands for the weights of vectors that came without a word about their model. */
export const unknownModelHash = 'unknown';

/** Vectors of two models, or of two preparations, were about to be compared. */
export class ModelMismatchError extends UsageError {}

/**
 * Refuses to compare vectors of different origin.
 *
 * @throws {ModelMismatchError} naming both, when weights, preparation or dimension differ
 */
export function assertSameModel(index: EmbeddingOrigin, embedder: EmbeddingOrigin): void {
  const same =
    index.modelHash === embedder.modelHash &&
    index.preprocessingId === embedder.preprocessingId &&
    index.dimension === embedder.dimension;
  if (same) return;
  throw new ModelMismatchError(
    `the index was made by ${describeOrigin(index)}, the embedding model is ` +
      `${describeOrigin(embedder)}; build the index again with this model, or load the other one`,
  );
}

function describeOrigin(origin: EmbeddingOrigin): string {
  const { modelId, revision, modelHash, dtype, preprocessingId, dimension } = origin;
  const model = revision === null ? modelId : `${modelId}@${revision.slice(0, 12)}`;
  const weights = `weights ${modelHash.slice(0, 12)}, ${dtype}`;
  return `${model} (${weights}, ${preprocessingId}, dimension ${dimension})`;
}
