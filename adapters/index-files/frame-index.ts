import { z } from 'zod';
import { countRows } from '../../domain/frames/similarity.ts';
import type { EmbeddingOrigin } from './embedding-origin.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { writeSafetensorsFile } from './safetensors-file.ts';
import { SafetensorsError } from './safetensors-header.ts';

/** The embeddings of one video's frames. */
export type FrameIndex = EmbeddingOrigin & {
  /** One per row of `vectors`, in video order. */
  readonly frameNames: readonly string[];
  /** Seconds into the video, one per row; null where unknown. */
  readonly frameTimes: readonly (number | null)[];
  /** Unit-length rows, row-major, shape [frameNames, dimension]. */
  readonly vectors: Float32Array;
  /** What the frames were made from, so that a changed video is noticed. */
  readonly videoFingerprint: string;
};

type Optional = 'revision' | 'dtype' | 'frameTimes';

/** An index to be written. Unset: no known revision, fp32, no known times. */
export type NewFrameIndex = Omit<FrameIndex, Optional> & Partial<Pick<FrameIndex, Optional>>;

/** The bytes are not a usable frame index. Building the index again mends it. */
export class FrameIndexError extends Error {
  override readonly name = 'FrameIndexError';
}

const formatName = 'durable-videoqa frame index 2';
const firstFormatName = 'durable-videoqa frame index 1';
const tensorName = 'vectors';
/** How far from 1 the length of a stored row may lie: far above rounding, far below a wrong row. */
const lengthTolerance = 1e-3;

// Names and times stay text: 100,000 frames, 28 hours of video at one a second, take 3 MB of the
// 100 MB that a header may have, and every reader of safetensors shows them.
const textOf = {
  modelId: z.string(),
  modelHash: z.string(),
  preprocessingId: z.string(),
  videoFingerprint: z.string(),
  frameNames: z.string(),
};
const metadataSchema = z.discriminatedUnion('format', [
  z.strictObject({ format: z.literal(firstFormatName), ...textOf }),
  z.strictObject({
    format: z.literal(formatName),
    ...textOf,
    revision: z.string().optional(),
    dtype: z.string(),
    frameTimes: z.string(),
  }),
]);
const frameNamesSchema = z.array(z.string());
const frameTimesSchema = z.array(z.number().nullable());

/** What an index holds beside its rows. */
export type FrameIndexHeader = Omit<FrameIndex, 'dimension' | 'vectors'>;

/**
 * Encodes an index as a safetensors file with one tensor, `vectors`, and everything else as
 * metadata. Equal indexes give equal bytes, so the file can be stored under its hash.
 *
 * @throws {FrameIndexError} when names and rows differ in number, or a row is not of unit length
 */
export function writeFrameIndex(index: NewFrameIndex): Uint8Array {
  checkVectors(index);
  const { frameNames, dimension, vectors } = index;
  return writeSafetensors({
    tensors: { [tensorName]: { shape: [frameNames.length, dimension], values: vectors } },
    metadata: metadataOf(index),
  });
}

/**
 * Writes the same bytes into a file that appears when it is complete.
 *
 * @throws {FrameIndexError} when names and rows differ in number, or a row is not of unit length
 */
export async function writeFrameIndexFile(path: string, index: NewFrameIndex): Promise<void> {
  checkVectors(index);
  const { frameNames, dimension, vectors } = index;
  const metadata = metadataOf(index);
  const header = { name: tensorName, rows: frameNames.length, dimension, metadata };
  await writeSafetensorsFile(path, header, [vectors]);
}

/**
 * Decodes what `writeFrameIndex` wrote. The vectors are a view into `bytes` where these are aligned.
 * Indexes of format 1, which knew neither revision, number format nor times, are read too.
 *
 * @throws {FrameIndexError} when the bytes are damaged or are not a frame index
 */
export function readFrameIndex(bytes: Uint8Array): FrameIndex {
  const { tensors, metadata } = readContent(bytes);
  const header = parseIndexMetadata(metadata);
  const vectors = tensors[tensorName];
  const dimension = vectors?.shape[1];
  if (header === null || vectors?.dtype !== 'float32' || dimension === undefined) {
    throw new FrameIndexError('the file is not a frame index; build the index again');
  }
  const index = { ...header, dimension, vectors: vectors.values };
  checkVectors(index);
  return index;
}

/**
 * The header of a frame index from the metadata of its file, or null where the file is another one.
 *
 * @throws {FrameIndexError} when the names or times are damaged
 */
export function parseIndexMetadata(
  metadata: Readonly<Record<string, string>>,
): FrameIndexHeader | null {
  const fields = metadataSchema.safeParse(metadata);
  if (!fields.success) return null;
  const { modelId, modelHash, preprocessingId, videoFingerprint } = fields.data;
  const frameNames = parseList(fields.data.frameNames, frameNamesSchema);
  const shared = { modelId, modelHash, preprocessingId, videoFingerprint, frameNames };
  if (fields.data.format === firstFormatName) {
    return { ...shared, revision: null, dtype: 'fp32', frameTimes: frameNames.map(() => null) };
  }
  const { revision = null, dtype } = fields.data;
  const frameTimes = parseList(fields.data.frameTimes, frameTimesSchema);
  if (frameTimes.length !== frameNames.length) {
    throw new FrameIndexError(
      `the index names ${frameNames.length} frames and holds ${frameTimes.length} times`,
    );
  }
  return { ...shared, revision, dtype, frameTimes };
}

/** The order of the fields is fixed, so that equal indexes give equal bytes. */
function metadataOf(index: NewFrameIndex): Record<string, string> {
  const { modelId, modelHash, preprocessingId, videoFingerprint, frameNames } = index;
  const { revision = null, dtype = 'fp32', frameTimes = frameNames.map(() => null) } = index;
  return {
    format: formatName,
    modelId,
    ...(revision === null ? {} : { revision }),
    modelHash,
    dtype,
    preprocessingId,
    videoFingerprint,
    frameNames: JSON.stringify(frameNames),
    frameTimes: JSON.stringify(frameTimes),
  };
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

function parseList<Entry>(text: string, schema: z.ZodType<Entry[]>): Entry[] {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new FrameIndexError(
      'the frame names or times of the index are damaged; build the index again',
      { cause: error },
    );
  }
}

function checkVectors(index: NewFrameIndex): void {
  const { vectors, dimension, frameNames, frameTimes = frameNames.map(() => null) } = index;
  const rows = dimension === 0 ? 0 : countRows(vectors, dimension);
  if (rows !== frameNames.length || rows === 0) {
    throw new FrameIndexError(
      `the index names ${frameNames.length} frames and holds ${rows} embeddings`,
    );
  }
  const timed = frameTimes.every((time) => time === null || Number.isFinite(time));
  if (frameTimes.length !== rows || !timed) {
    throw new FrameIndexError(`the index of ${rows} frames has no time or null for each of them`);
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
