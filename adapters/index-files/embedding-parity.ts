import { readdir } from 'node:fs/promises';
import { parse } from 'node:path';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { requireSameModel } from '../../domain/calls/same-model.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import type { EmbeddingOrigin } from './embedding-origin.ts';
import { findVideoEmbeddings, readVideoEmbeddings } from './video-embeddings.ts';

/** How well stored embeddings agree with those of a model. */
export type ParityReport = {
  /** Frames that were embedded again. */
  readonly frames: number;
  readonly files: number;
  /** Cosines of stored and new vectors, over the frames. */
  readonly median: number;
  readonly min: number;
  readonly worst: { readonly file: string; readonly name: string };
};

export type ParityDependencies = {
  /** The loaded model: unit-length rows, in the order of the pictures. */
  readonly embedder: EmbeddingOrigin & {
    embed(pictures: readonly Uint8Array[]): Promise<{ readonly vectors: Float32Array }>;
  };
  /** The picture of a frame, by its video and base name. */
  readonly readFrame: (videoId: string, name: string) => Promise<Uint8Array>;
};

type StoredFrame = {
  readonly videoId: string;
  readonly file: string;
  readonly name: string;
  readonly vector: Float32Array;
};

const embeddingExtensions = ['.safetensors', '.pt', '.pth'];

/**
 * Embeds frames again that are spread over the files of a folder, and compares.
 *
 * @param wanted  frames to embed; fewer where the folder has fewer
 * @throws {UsageError} when the folder holds no embeddings, or some are of another model
 */
export async function measureParity(
  folder: string,
  wanted: number,
  { embedder, readFrame }: ParityDependencies,
): Promise<ParityReport> {
  const stored = await pickFrames(folder, wanted, embedder);
  const pictures: Uint8Array[] = [];
  for (const { videoId, name } of stored) pictures.push(await readFrame(videoId, name));
  const { vectors } = await embedder.embed(pictures);
  const compared = stored
    .map((frame, row) => ({
      file: frame.file,
      name: frame.name,
      cosine: cosineOf(
        frame.vector,
        vectors.subarray(row * embedder.dimension, (row + 1) * embedder.dimension),
      ),
    }))
    .toSorted((left, right) => left.cosine - right.cosine);
  const [{ cosine: min, file, name }] = compared as [(typeof compared)[number]];
  return {
    frames: compared.length,
    files: new Set(stored.map((frame) => frame.file)).size,
    median: medianOf(compared.map(({ cosine }) => cosine)),
    min,
    worst: { file, name },
  };
}

function refuseOtherModel(file: string, made: EmbeddingOrigin, model: EmbeddingOrigin): void {
  try {
    requireSameModel(made, model);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    throw new UsageError(`${file}: ${error.message}`, { cause: error });
  }
}

async function pickFrames(
  folder: string,
  wanted: number,
  model: EmbeddingOrigin,
): Promise<StoredFrame[]> {
  const all = await listVideos(folder);
  const videoIds = spread(all.length, Math.min(wanted, all.length), 0.5).map((at) => all[at]!);
  const frames: StoredFrame[] = [];
  for (const [position, videoId] of videoIds.entries()) {
    const file = await findVideoEmbeddings(folder, videoId);
    if (file === null) throw new UsageError(`the embeddings of ${videoId} went away`);
    const { names, vectors, dimension, model: made } = await readVideoEmbeddings(file);
    if (made !== null) refuseOtherModel(file, made, model);
    if (dimension !== model.dimension) {
      throw new UsageError(
        `${file} has ${dimension} values per frame, the model ${model.modelId} gives ` +
          `${model.dimension}; name the model that made the file with --model`,
      );
    }
    // Later files lend later rows, so that no place within a video is left out.
    const phase = (position + 0.5) / videoIds.length;
    const share = shareOf(wanted, videoIds.length, position);
    for (const row of spread(names.length, Math.min(share, names.length), phase)) {
      const name = names[row]!.split(/[\\/]/).at(-1)!;
      const vector = vectors.slice(row * dimension, (row + 1) * dimension);
      frames.push({ videoId, file, name, vector });
    }
  }
  return frames;
}

async function listVideos(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UsageError(`the folder ${folder} cannot be read; check the path`, { cause: error });
  });
  const files = names
    .map((name) => parse(name))
    .filter(({ ext }) => embeddingExtensions.includes(ext));
  const videoIds = [...new Set(files.map(({ name }) => name))].toSorted();
  if (videoIds.length === 0) throw new UsageError(`the folder ${folder} holds no embeddings`);
  return videoIds;
}

/** `count` of `total` positions, evenly apart; `phase`, from 0 to 1, shifts them all. */
function spread(total: number, count: number, phase: number): number[] {
  return Array.from({ length: count }, (_, n) => Math.floor(((n + phase) * total) / count));
}

/** What is left over goes to the first ones. */
function shareOf(wanted: number, parts: number, position: number): number {
  return Math.floor(wanted / parts) + (position < wanted % parts ? 1 : 0);
}

function cosineOf(left: Float32Array, right: Float32Array): number {
  let dot = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let at = 0; at < left.length; at++) {
    dot += left[at]! * right[at]!;
    leftSquares += left[at]! ** 2;
    rightSquares += right[at]! ** 2;
  }
  const lengths = Math.sqrt(leftSquares * rightSquares);
  return lengths === 0 ? 0 : dot / lengths;
}

/** @param sorted  at least one value */
function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
