import { type ByteSource, type FileSource, openFileSource } from '../byte-source.ts';
import type { FloatType } from '../float-values.ts';
import { describeRows, rowsNotFinite } from '../not-finite.ts';
import { openTorchContent } from './open-torch-content.ts';
import { damaged, TorchFileError } from './torch-file-error.ts';
import { namesOf } from './torch-names.ts';
import { readRows, rowsOfTensor } from './torch-rows.ts';
import { describeKind, isKind, type TorchValue } from './torch-values.ts';

/** Frame embeddings as a Python script saved them. */
export type TorchEmbeddings = {
  /** One name per row, in file order, as written (a base name or a path). */
  readonly filenames: string[];
  /** Row-major, shape [filenames, dimension]; not scaled to unit length. */
  readonly embeddings: Float32Array;
  readonly dimension: number;
  /** How the values are stored in the file. */
  readonly dtype: FloatType;
};

export type TorchReading = {
  /** Whether a file without rows is an answer; by default it is refused as `empty`. */
  readonly allowEmpty?: boolean;
};

/**
 * Reads `torch.save({'filenames': names, 'embeddings': tensor}, path)` without Python and without
 * running anything in the file. Names are a list or tuple of `str` or pathlib paths; the tensor has
 * the shape [N, D] or [N, 1, D] and any type of floating point numbers, and may be a slice, a
 * transposed or an expanded one, or a parameter. Further entries of the dict are ignored.
 *
 * @throws {TorchFileError} for every other or damaged file, with the path and what to do
 */
export async function readTorchEmbeddings(
  path: string,
  reading: TorchReading = {},
): Promise<TorchEmbeddings> {
  try {
    const source = await openSource(path);
    try {
      return await readTorchSource(source, reading);
    } finally {
      await source.close();
    }
  } catch (error) {
    const cause = error instanceof TorchFileError ? error : damaged(reasonOf(error));
    throw new TorchFileError(cause.problem, `cannot use ${path}: ${cause.message}`, error);
  }
}

/**
 * The same from any source of bytes.
 *
 * @throws {TorchFileError} for every file that cannot be used; anything else comes from the source
 */
export async function readTorchSource(
  source: ByteSource,
  { allowEmpty = false }: TorchReading = {},
): Promise<TorchEmbeddings> {
  const content = await openTorchContent(source);
  const filenames = namesOf(entryOf(content.value, 'filenames'));
  const tensor = rowsOfTensor(entryOf(content.value, 'embeddings'));
  const { rows, dimension, dtype } = tensor;
  if (rows !== filenames.length) {
    throw new TorchFileError(
      'mismatch',
      `it names ${filenames.length} files and holds ${rows} embeddings; save matching lists`,
    );
  }
  if (rows === 0 && !allowEmpty) {
    throw new TorchFileError('empty', 'it holds no embeddings; embed the frames again');
  }
  const embeddings = await readRows(content, tensor);
  const wrong = rowsNotFinite(embeddings, dimension);
  if (wrong.length > 0) {
    const range = dtype === 'float64' ? ', or a value too large for 32 bits,' : '';
    throw new TorchFileError(
      'not-finite',
      `NaN or infinity${range} in ${describeRows(wrong, filenames)}; embed these frames again`,
    );
  }
  return { filenames, embeddings, dimension, dtype };
}

async function openSource(path: string): Promise<FileSource> {
  return openFileSource(path).catch((error: unknown) => {
    throw new TorchFileError(
      'unreadable',
      `it cannot be opened (${reasonOf(error)}); check the path`,
      error,
    );
  });
}

function entryOf(content: TorchValue, key: string): TorchValue {
  const value = isKind(content, 'dict') ? content.entries.get(key) : undefined;
  if (value !== undefined) return value;
  const needed = "needed is {'filenames': list of str, 'embeddings': tensor [N, D]}";
  if (!isKind(content, 'dict')) {
    throw new TorchFileError(
      'unsupported',
      `it holds no dict but ${describeKind(content)}; ${needed}`,
    );
  }
  const keys = [...content.entries.keys()].filter((name) => typeof name === 'string');
  if (keys.length === 0) throw new TorchFileError('empty', `it holds an empty dict; ${needed}`);
  const some = keys.slice(0, 5).map((name) => name.slice(0, 40));
  throw new TorchFileError('unsupported', `it holds a dict with ${some.join(', ')}; ${needed}`);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
