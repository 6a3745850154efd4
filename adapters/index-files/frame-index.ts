import { z } from 'zod';
import { countRows } from '../../domain/similarity.ts';
import { readSafetensors, SafetensorsError, writeSafetensors } from './safetensors.ts';

/** Which model and preparation made a set of vectors: only equal ones may be compared. */
export type EmbeddingOrigin = {
  /** The model as the configuration names it; shown to people, never compared. */
  readonly modelId: string;
  /** sha256 of the model's weights, 64 hex digits. */
  readonly modelHash: string;
  /** How pictures were prepared, such as "siglip-96x96-cubic-mean0.5-std0.5-sharp1". */
  readonly preprocessingId: string;
  /** Values per vector. */
  readonly dimension: number;
};

/** The embeddings of one video's frames. */
export type FrameIndex = EmbeddingOrigin & {
  /** One per row of `vectors`, in video order. */
  readonly frameNames: readonly string[];
  /** Unit-length rows, row-major, shape [frameNames, dimension]. */
  readonly vectors: Float32Array;
  /** What the frames were made from, so that a changed video is noticed. */
  readonly videoFingerprint: string;
};

/** The bytes are not a usable frame index. Building the index again mends it. */
export class FrameIndexError extends Error {
  override readonly name = 'FrameIndexError';
}

/** Vectors of two models, or of two preparations, were about to be compared. */
export class ModelMismatchError extends Error {
  override readonly name = 'ModelMismatchError';
}

const formatName = 'durable-videoqa frame index 1';
/** How far from 1 the length of a stored row may lie: far above rounding, far below a wrong row. */
const lengthTolerance = 1e-3;

const metadataSchema = z.strictObject({
  format: z.literal(formatName),
  modelId: z.string(),
  modelHash: z.string(),
  preprocessingId: z.string(),
  videoFingerprint: z.string(),
  frameNames: z.string(),
});
const frameNamesSchema = z.array(z.string());

/**
 * Encodes an index as a safetensors file with one tensor, `vectors`, and everything else as
 * metadata. Equal indexes give equal bytes, so the file can be stored under its hash.
 *
 * @throws {FrameIndexError} when names and rows differ in number, or a row is not of unit length
 */
export function writeFrameIndex(index: FrameIndex): Uint8Array {
  checkVectors(index);
  const { modelId, modelHash, preprocessingId, videoFingerprint } = index;
  const frameNames = JSON.stringify(index.frameNames);
  return writeSafetensors({
    tensors: {
      vectors: { shape: [index.frameNames.length, index.dimension], values: index.vectors },
    },
    metadata: {
      format: formatName,
      modelId,
      modelHash,
      preprocessingId,
      videoFingerprint,
      frameNames,
    },
  });
}

/**
 * Decodes what `writeFrameIndex` wrote. The vectors are a view into `bytes` where these are aligned.
 *
 * @throws {FrameIndexError} when the bytes are damaged or are not a frame index
 */
export function readFrameIndex(bytes: Uint8Array): FrameIndex {
  const { tensors, metadata } = readContent(bytes);
  const fields = metadataSchema.safeParse(metadata);
  const vectors = tensors['vectors'];
  const dimension = vectors?.shape[1];
  if (!fields.success || vectors === undefined || dimension === undefined) {
    throw new FrameIndexError('the file is not a frame index; build the index again');
  }
  const { frameNames, format: _, ...origin } = fields.data;
  const index = {
    ...origin,
    dimension,
    frameNames: parseFrameNames(frameNames),
    vectors: vectors.values,
  };
  checkVectors(index);
  return index;
}

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
  const weights = origin.modelHash.slice(0, 12);
  return `${origin.modelId} (weights ${weights}, ${origin.preprocessingId}, dimension ${origin.dimension})`;
}

function readContent(bytes: Uint8Array): ReturnType<typeof readSafetensors> {
  try {
    return readSafetensors(bytes);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    const message = `the frame index is damaged: ${error.message}; build the index again`;
    throw new FrameIndexError(message, { cause: error });
  }
}

function parseFrameNames(text: string): string[] {
  try {
    return frameNamesSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new FrameIndexError('the frame names of the index are damaged; build the index again', {
      cause: error,
    });
  }
}

function checkVectors(index: Pick<FrameIndex, 'vectors' | 'dimension' | 'frameNames'>): void {
  const { vectors, dimension, frameNames } = index;
  const rows = dimension === 0 ? 0 : countRows(vectors, dimension);
  if (rows !== frameNames.length || rows === 0) {
    throw new FrameIndexError(
      `the index names ${frameNames.length} frames and holds ${rows} embeddings`,
    );
  }
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let at = row * dimension; at < (row + 1) * dimension; at++) squares += vectors[at]! ** 2;
    if (!(Math.abs(Math.sqrt(squares) - 1) <= lengthTolerance)) {
      throw new FrameIndexError(
        `the embedding of frame "${frameNames[row]}" has length ${Math.sqrt(squares)}, not 1`,
      );
    }
  }
}
