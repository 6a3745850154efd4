import type { EmbedderIdentity } from '../domain/workflow-contract.ts';
import type { FrameSource } from '../domain/run-spec.ts';
import { requireSameModel } from '../domain/calls/same-model.ts';
import { uniformFloor } from '../domain/frames/sampling.ts';
import { topK } from '../domain/frames/similarity.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { Embedder } from './embedder.ts';
import type { FrameReader, SourceReader } from './run-reader.ts';

/** Frame embeddings somebody else computed: names and unit-length rows [names, dimension]. */
export type ImportedEmbeddings = {
  readonly frameNames: readonly string[];
  readonly vectors: Float32Array;
  readonly dimension: number;
  /** sha256 of the file they came from. */
  readonly fileHash: string;
  /** The model that made them; null when the file does not say, as with a `.pt`. */
  readonly model: EmbedderIdentity | null;
};

export type CheckImportedDependencies = {
  readonly frames: FrameReader;
  /** Null when the run has no file for this video. */
  readonly importedEmbeddings: (
    source: FrameSource,
    videoId: string,
  ) => Promise<ImportedEmbeddings | null>;
  readonly sources: Pick<SourceReader, 'videoIds'>;
};

/** Frames that are embedded again. */
const checkedFrames = 3;
/** Below this cosine, imported embeddings were not made by the run's model. */
const leastAgreement = 0.99;

/**
 * Embeds three frames of the run again, spread over its videos, and compares the imported rows.
 *
 * @throws {StepError} class `embedding_failed` or `frames_missing`, before anything is paid
 */
export async function checkImported(
  dependencies: CheckImportedDependencies,
  source: FrameSource,
  embedder: Embedder,
): Promise<void> {
  if (source.dataset.embeddings === null) return;
  const videoIds = await dependencies.sources.videoIds(source.runId);
  const starts = uniformFloor(videoIds.length, checkedFrames);
  const rowsPerVideo = Math.ceil(checkedFrames / starts.length);
  for (const [index, start] of starts.entries()) {
    const stretch = videoIds.slice(start, starts[index + 1]);
    const found = await firstImported(dependencies, source, stretch);
    if (found === null) continue;
    const { videoId, imported } = found;
    requireUsable(imported, embedder, videoId);
    for (const row of spreadRows(imported.frameNames.length, rowsPerVideo)) {
      await checkRow(dependencies, { source, videoId, embedder, imported, row });
    }
  }
}

/** The first video of a stretch that has imported embeddings; others may have to be built. */
async function firstImported(
  { importedEmbeddings }: CheckImportedDependencies,
  source: FrameSource,
  videoIds: readonly string[],
): Promise<{ videoId: string; imported: ImportedEmbeddings } | null> {
  for (const videoId of videoIds) {
    const imported = await importedEmbeddings(source, videoId);
    if (imported !== null) return { videoId, imported };
  }
  return null;
}

/** The middles of equal stretches: a file whose rows were mixed up rarely agrees there. */
function spreadRows(rows: number, count: number): number[] {
  const taken = Math.min(rows, count);
  return Array.from({ length: taken }, (_, i) => Math.floor(((i + 0.5) * rows) / taken));
}

/** @throws {StepError} when another model made the rows, or they have another length than its vectors */
export function requireUsable(
  { dimension, model: maker }: ImportedEmbeddings,
  model: EmbedderIdentity,
  videoId: string,
): void {
  if (maker !== null) return requireSameModel(maker, model);
  if (dimension === model.dimension) return;
  throw new StepError(
    'embedding_failed',
    'fail',
    `The embeddings of ${videoId} have ${dimension} values a row, ` +
      `${model.modelId} has ${model.dimension}: they were made by another model`,
  );
}

async function checkRow(
  { frames }: CheckImportedDependencies,
  about: {
    readonly source: FrameSource;
    readonly videoId: string;
    readonly embedder: Embedder;
    readonly imported: ImportedEmbeddings;
    readonly row: number;
  },
): Promise<void> {
  const { source, videoId, embedder, imported, row } = about;
  const name = imported.frameNames[row];
  const frame = (await frames.list(source, videoId)).find((candidate) => candidate.name === name);
  if (frame === undefined) {
    throw new StepError(
      'frames_missing',
      'fail',
      `The embeddings of ${videoId} name ${name}, which is not in the video's folder`,
    );
  }
  const { vectors } = await embedder.embed([await frames.read(source, frame)]);
  const start = row * imported.dimension;
  const theirs = imported.vectors.subarray(start, start + imported.dimension);
  const cosine = topK(vectors, theirs, imported.dimension, 1)[0]?.score ?? 0;
  if (cosine >= leastAgreement) return;
  throw new StepError(
    'embedding_failed',
    'fail',
    `Frame ${name} of ${videoId} embeds with ${embedder.modelId} to a vector of cosine ` +
      `${cosine.toFixed(4)} to its row in the file of embeddings (at least ${leastAgreement} is needed): ` +
      `name the model that made the file, or leave --embeddings-path out`,
  );
}
