import { StepError } from './step-error.ts';
import type { EmbedderIdentity } from './workflow-contract.ts';

/** How vectors are named whose pictures were prepared elsewhere: nothing is known of how. */
export const importedPreprocessing = 'imported';

/**
 * Refuses to compare vectors of different models, or of pictures prepared differently.
 *
 * @throws {StepError} class `embedding_failed`, naming both, when weights, dimension or (where it is
 *   known) preparation differ
 */
export function requireSameModel(index: EmbedderIdentity, model: EmbedderIdentity): void {
  const isPreparedAlike =
    index.preprocessingId === model.preprocessingId ||
    index.preprocessingId === importedPreprocessing;
  if (index.modelHash === model.modelHash && index.dimension === model.dimension && isPreparedAlike)
    return;
  throw new StepError(
    'embedding_failed',
    'fail',
    `The index was made by ${describeModel(index)}, the embedding model here is ` +
      `${describeModel(model)}; their vectors cannot be compared. Index again with this model, or ` +
      'start the worker with the other one',
  );
}

/** A model as messages name it. */
export function describeModel(model: EmbedderIdentity): string {
  const { modelId, revision, dtype, modelHash, preprocessingId, dimension } = model;
  const at = revision ? `@${revision.slice(0, 12)}` : '';
  return `${modelId}${at} (${dtype ?? 'fp32'}, weights ${modelHash.slice(0, 12)}, ${preprocessingId}, ${dimension} values)`;
}
