import { createHash } from 'node:crypto';
import type { EmbeddingOrigin } from './embedding-origin.ts';
import type { FloatType } from './float-values.ts';
import type { VideoEmbeddings } from './video-embeddings.ts';

/** What `index inspect` prints: enough to compare a file with what Python holds. */
export type EmbeddingSummary = {
  readonly frames: number;
  readonly dim: number;
  /** How the values are stored. */
  readonly dtype: FloatType;
  /** Whether every row has length 1, to a thousandth; true where there is none. */
  readonly normalized: boolean;
  /** Of the stored values as float32, little-endian, row-major, not scaled to unit length. */
  readonly sha256: string;
  /** The first eight of these values, fewer where there are fewer. */
  readonly first: readonly number[];
  /** Of the first and the last frame; null where there is none. */
  readonly names: readonly [string | null, string | null];
  readonly model: EmbeddingOrigin | null;
};

const valuesShown = 8;
/** Half precision, the coarsest in use for unit rows, moves a length by less. */
const lengthTolerance = 1e-3;
/** A hash takes at most 2 GiB at once. */
const hashedAtOnceBytes = 64 * 2 ** 20;

/** Describes a file of embeddings. */
export function summarizeEmbeddings(embeddings: VideoEmbeddings): EmbeddingSummary {
  const { names, vectors, dimension, dtype, model } = embeddings;
  return {
    frames: names.length,
    dim: dimension,
    dtype,
    normalized: hasUnitRows(vectors, dimension),
    sha256: hashValues(vectors),
    first: [...vectors.subarray(0, valuesShown)],
    names: [names[0] ?? null, names.at(-1) ?? null],
    model,
  };
}

function hasUnitRows(vectors: Float32Array, dimension: number): boolean {
  for (let start = 0; start < vectors.length; start += dimension) {
    let squares = 0;
    for (let at = start; at < start + dimension; at++) squares += vectors[at]! ** 2;
    if (Math.abs(Math.sqrt(squares) - 1) > lengthTolerance) return false;
  }
  return true;
}

function hashValues(vectors: Float32Array): string {
  const hash = createHash('sha256');
  const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
  for (let at = 0; at < bytes.length; at += hashedAtOnceBytes) {
    hash.update(bytes.subarray(at, at + hashedAtOnceBytes));
  }
  return hash.digest('hex');
}
