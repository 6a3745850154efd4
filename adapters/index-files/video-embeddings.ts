import { realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { z } from 'zod';
import { isPathPart } from '../../domain/text/file-name.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { type EmbeddingOrigin, unknownModelHash } from './embedding-origin.ts';
import type { FloatType } from './float-values.ts';
import { type FrameIndexHeader, parseIndexMetadata } from './frame-index.ts';

import { describeRows, rowsNotFinite } from './not-finite.ts';
import { openSafetensorsFile, type SafetensorsFile } from './safetensors-file.ts';
import { floatTypeOf, type TensorPlace } from './safetensors-header.ts';
import { readTorchEmbeddings, type TorchReading } from './torch/torch-embeddings.ts';

/** The embeddings of one video's frames, from a file of any kind that is read. */
export type VideoEmbeddings = {
  /** One per row, as written: a base name or a path. */
  readonly names: readonly string[];
  /** Row-major, shape [names, dimension], as stored: not scaled to unit length. */
  readonly vectors: Float32Array;
  readonly dimension: number;
  /** How the values are stored in the file. */
  readonly dtype: FloatType;
  /** The model that made them; null where the file does not know its weights. */
  readonly model: EmbeddingOrigin | null;
  /** Seconds into the video, one per row; null where the file has no times. */
  readonly frameTimes: readonly (number | null)[] | null;
};

const torchExtensions = ['.pt', '.pth'];
const safetensorsExtension = '.safetensors';

/**
 * Reads one file of frame embeddings: `.pt` or `.pth` of `torch.save`, a frame index of this tool,
 * or a safetensors file of somebody else with one floating point tensor [N, D] and a JSON list of
 * its names in the metadata `filenames` or `frameNames`.
 *
 * @param reading.allowEmpty  whether a file without rows is an answer
 * @throws {UsageError} naming the file, what is wrong with it and what to do
 */
export async function readVideoEmbeddings(
  path: string,
  reading: TorchReading = {},
): Promise<VideoEmbeddings> {
  const extension = extname(path).toLowerCase();
  if (torchExtensions.includes(extension)) return readTorch(path, reading);
  if (extension !== safetensorsExtension) {
    throw new UsageError(`cannot use ${path}: its name ends in none of .safetensors, .pt and .pth`);
  }
  try {
    const file = await openSafetensorsFile(path);
    try {
      return await readOpened(file, reading);
    } finally {
      await file.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`cannot use ${path}: ${reason}`, { cause: error });
  }
}

/**
 * The file with a video's embeddings in a folder: `<id>.safetensors`, else `<id>.pt`, else
 * `<id>.pth`. An id that would lead out of the folder has none.
 *
 * @returns its path, or null
 */
export async function findVideoEmbeddings(folder: string, videoId: string): Promise<string | null> {
  if (!isPathPart(videoId)) return null;
  const root = await realpath(folder).catch(() => null);
  if (root === null) return null;
  for (const extension of [safetensorsExtension, ...torchExtensions]) {
    const path = join(folder, `${videoId}${extension}`);
    const real = await realpath(path).catch(() => null);
    if (real === null || !(await stat(real)).isFile()) continue;
    // A link to elsewhere is no file of this folder.
    if (real.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
  }
  return null;
}

async function readTorch(path: string, reading: TorchReading): Promise<VideoEmbeddings> {
  const { filenames, embeddings, dimension, dtype } = await readTorchEmbeddings(path, reading);
  return { names: filenames, vectors: embeddings, dimension, dtype, model: null, frameTimes: null };
}

async function readOpened(
  file: SafetensorsFile,
  { allowEmpty = false }: TorchReading,
): Promise<VideoEmbeddings> {
  const { name, rows, dimension, dtype } = embeddingsTensor(file.tensors);
  const { names, frameTimes, model } = describeFrames(file.metadata, dimension);
  if (names.length !== rows) {
    throw new UsageError(`it names ${names.length} frames and holds ${rows} embeddings`);
  }
  if (rows === 0 && !allowEmpty) throw new UsageError('it holds no embeddings');
  const vectors = await file.readRows(name);
  const wrong = rowsNotFinite(vectors, dimension);
  if (wrong.length > 0) {
    throw new UsageError(`NaN or infinity in ${describeRows(wrong, names)}; embed them again`);
  }
  return { names, vectors, dimension, dtype, model, frameTimes };
}

function describeFrames(
  metadata: Readonly<Record<string, string>>,
  dimension: number,
): Pick<VideoEmbeddings, 'names' | 'frameTimes' | 'model'> {
  const header = parseIndexMetadata(metadata);
  if (header !== null) {
    const { frameNames: names, frameTimes } = header;
    return { names, frameTimes, model: originOf(header, dimension) };
  }
  if (metadata['format']?.startsWith('durable-videoqa') === true) {
    throw new UsageError('it is a frame index of a newer version or damaged; build it again');
  }
  return { names: foreignNames(metadata), frameTimes: null, model: null };
}

/** The only floating point matrix of the file; tensors of other kinds beside it are ignored. */
function embeddingsTensor(tensors: readonly TensorPlace[]): {
  readonly name: string;
  readonly rows: number;
  readonly dimension: number;
  readonly dtype: FloatType;
} {
  const found = tensors.flatMap((tensor) => {
    const dtype = floatTypeOf(tensor);
    const [rows, dimension] = tensor.shape;
    const isMatrix = tensor.shape.length === 2 && rows !== undefined && dimension !== undefined;
    return isMatrix && dtype !== undefined ? [{ name: tensor.name, rows, dimension, dtype }] : [];
  });
  const [only] = found;
  if (only === undefined || found.length > 1 || only.dimension === 0) {
    throw new UsageError(`it holds ${found.length} floating point tensors [N, D], not one`);
  }
  return only;
}

function foreignNames(metadata: Readonly<Record<string, string>>): readonly string[] {
  const text = metadata['filenames'] ?? metadata['frameNames'];
  if (text === undefined) {
    throw new UsageError(
      "it has no names of frames; save them with metadata={'filenames': json.dumps(names)}",
    );
  }
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch (error) {
    throw new UsageError('its names of frames are not a JSON list of texts', { cause: error });
  }
}

function originOf(header: FrameIndexHeader, dimension: number): EmbeddingOrigin | null {
  const { modelId, revision, modelHash, dtype, preprocessingId } = header;
  if (modelHash === unknownModelHash) return null;
  return { modelId, revision, modelHash, dtype, preprocessingId, dimension };
}
