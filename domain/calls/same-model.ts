import { StepError } from '../errors/step-error.ts';
import type { EmbedderIdentity } from '../workflow-contract.ts';

/** How vectors are named whose pictures were prepared elsewhere: nothing is known of how. */
export const importedPreprocessing = 'imported';

/**
 * Refuses to compare vectors of different models, or of pictures prepared differently.
 *
 * @throws {StepError} class `embedding_failed`, naming both, when weights, dimension or (where it is
 *   known) preparation differ
 */
export function requireSameModel(index: EmbedderIdentity, model: EmbedderIdentity): void {
  if (!hasSameWeights(index, model) || !isPreparedAlike(index, model))
    throw differentModels(index, model);
}

/** What is said of an index that another model made. */
export function differentModels(index: EmbedderIdentity, model: EmbedderIdentity): StepError {
  return new StepError(
    'embedding_failed',
    'fail',
    `The index was made by ${describeModel(index)}, the embedding model here is ` +
      `${describeModel(model)}; their vectors cannot be compared. Index again with this model, or ` +
      'start the worker with the other one',
  );
}

/** Whether two models have the same weights, however they prepare pictures. */
export function hasSameWeights(left: EmbedderIdentity, right: EmbedderIdentity): boolean {
  return left.modelHash === right.modelHash && left.dimension === right.dimension;
}

/** Whether an index holds pictures prepared as this model prepares them, as far as that is known. */
export function isPreparedAlike(index: EmbedderIdentity, model: EmbedderIdentity): boolean {
  return (
    index.preprocessingId === model.preprocessingId ||
    index.preprocessingId === importedPreprocessing
  );
}

/** A model as messages name it. */
export function describeModel(model: EmbedderIdentity): string {
  const { modelId, revision, dtype, modelHash, preprocessingId, dimension } = model;
  const at = revision ? `@${revision.slice(0, 12)}` : '';
  return `${modelId}${at} (${dtype ?? 'fp32'}, weights ${modelHash.slice(0, 12)}, ${preprocessingId}, ${dimension} values)`;
}
