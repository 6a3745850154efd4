import { convertible, damaged, TorchFileError } from './torch-file-error.ts';
import { readTorchPickle } from './torch-pickle.ts';
import { isKind, type TorchTensor, type TorchValue } from './torch-values.ts';
import { openTorchArchive, type TorchArchive } from './torch-zip-reader.ts';

/** Frame embeddings as a Python script saved them. */
export type TorchEmbeddings = {
  /** One name per row, in file order, as written (a base name or a path). */
  readonly filenames: string[];
  /** Row-major, shape [filenames, dimension]; not scaled to unit length. */
  readonly embeddings: Float32Array;
  readonly dimension: number;
};

const pickleCapBytes = 64 * 2 ** 20;
const bytesPerElement = Float32Array.BYTES_PER_ELEMENT;

/**
 * Reads `torch.save({'filenames': list of str, 'embeddings': float32 tensor [N, D]}, path)` without
 * Python and without running anything in the file. Slices and transposed tensors are read as torch
 * would; further entries of the dict are ignored.
 *
 * @throws {TorchFileError} for every other or damaged file, with the path and what to do
 */
export async function readTorchEmbeddings(path: string): Promise<TorchEmbeddings> {
  try {
    const archive = await openTorchArchive(path);
    try {
      return await readArchive(archive);
    } finally {
      await archive.close();
    }
  } catch (error) {
    const cause = error instanceof TorchFileError ? error : damaged(reasonOf(error));
    throw new TorchFileError(cause.problem, `cannot use ${path}: ${cause.message}`, error);
  }
}

async function readArchive(archive: TorchArchive): Promise<TorchEmbeddings> {
  await checkByteOrder(archive);
  const pickleBytes = archive.size('data.pkl') ?? 0;
  if (pickleBytes > pickleCapBytes) {
    throw new TorchFileError('unsupported', `its pickle of ${pickleBytes} bytes is over 64 MiB`);
  }
  const content = readTorchPickle(new Uint8Array(await archive.read('data.pkl')));
  const filenames = readFilenames(entryOf(content, 'filenames'));
  const tensor = readTensor(entryOf(content, 'embeddings'));
  const [rows = 0, dimension = 0] = tensor.size;
  if (rows !== filenames.length) {
    throw new TorchFileError(
      'mismatch',
      `it names ${filenames.length} files and holds ${rows} embeddings; save matching lists`,
    );
  }
  const embeddings = await readRows(archive, tensor, rows, dimension);
  checkFinite(embeddings, filenames, dimension);
  return { filenames, embeddings, dimension };
}

async function checkByteOrder(archive: TorchArchive): Promise<void> {
  const size = archive.size('byteorder');
  if (size === undefined) return;
  const order = size > 16 ? '' : new TextDecoder().decode(await archive.read('byteorder'));
  if (order !== 'little') {
    throw convertible('unsupported', 'it was saved on a big-endian machine');
  }
}

function entryOf(content: TorchValue, key: string): TorchValue {
  const value = isKind(content, 'dict') ? content.entries.get(key) : undefined;
  if (value !== undefined) return value;
  const found = isKind(content, 'dict')
    ? `a dict with ${[...content.entries.keys()].slice(0, 5).join(', ') || 'nothing'}`
    : `no dict but ${kindOf(content)}`;
  throw new TorchFileError(
    'unsupported',
    `it holds ${found}; needed is {'filenames': list of str, 'embeddings': tensor [N, D]}`,
  );
}

function readFilenames(value: TorchValue): string[] {
  if (!isKind(value, 'list') && !isKind(value, 'tuple')) {
    throw convertible('unsupported', `'filenames' is ${kindOf(value)}, not a list of str`);
  }
  const items: readonly TorchValue[] = value.items;
  const filenames = items.filter((name) => typeof name === 'string');
  if (filenames.length !== items.length) {
    throw convertible('unsupported', `'filenames' holds entries that are not str`);
  }
  return filenames;
}

function readTensor(value: TorchValue): TorchTensor {
  if (!isKind(value, 'tensor')) {
    throw convertible('unsupported', `'embeddings' is ${kindOf(value)}, not a tensor`);
  }
  const { size, stride, offset, storage } = value;
  if (size.length !== 2) {
    throw convertible('unsupported', `'embeddings' has the shape [${size.join(', ')}], not [N, D]`);
  }
  const elements = size.reduce((count, length) => count * length, 1);
  if (elements === 0) {
    throw new TorchFileError('unsupported', `'embeddings' of shape [${size.join(', ')}] is empty`);
  }
  if (elements > storage.elements) {
    throw convertible('unsupported', `'embeddings' repeats stored values (an expanded tensor)`);
  }
  if (offset + lastElement(size, stride) >= storage.elements) {
    throw damaged(`'embeddings' reaches beyond its data`);
  }
  return value;
}

async function readRows(
  archive: TorchArchive,
  tensor: TorchTensor,
  rows: number,
  dimension: number,
): Promise<Float32Array> {
  const { storage, offset, size, stride } = tensor;
  const record = `data/${storage.key}`;
  const stored = archive.size(record);
  if (stored !== undefined && stored !== storage.elements * bytesPerElement) {
    throw damaged(`record "${record}" holds ${stored} bytes for ${storage.elements} values`);
  }
  const start = offset * bytesPerElement;
  const end = (offset + lastElement(size, stride) + 1) * bytesPerElement;
  const region = new Float32Array(await archive.read(record, { start, end }));

  const [rowStride = 0, columnStride = 0] = stride;
  // A stride along an axis of length 1 means nothing.
  const contiguous = (rowStride === dimension || rows === 1) && columnStride === 1;
  if (contiguous) return region;
  const embeddings = new Float32Array(rows * dimension);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < dimension; column++) {
      embeddings[row * dimension + column] = region[row * rowStride + column * columnStride]!;
    }
  }
  return embeddings;
}

/** Position of the last element behind the first one. */
function lastElement(size: readonly number[], stride: readonly number[]): number {
  return size.reduce((sum, length, axis) => sum + (length - 1) * stride[axis]!, 0);
}

function checkFinite(
  embeddings: Float32Array,
  filenames: readonly string[],
  dimension: number,
): void {
  const wrong = filenames.flatMap((name, row) => {
    const values = embeddings.subarray(row * dimension, (row + 1) * dimension);
    return values.every(Number.isFinite) ? [] : [`${row} (${name.slice(0, 80)})`];
  });
  if (wrong.length === 0) return;
  const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : '';
  throw new TorchFileError(
    'not-finite',
    `NaN or infinity in row ${wrong.slice(0, 5).join(', row ')}${more}; embed these frames again`,
  );
}

function kindOf(value: TorchValue): string {
  if (value === null) return 'None';
  return typeof value === 'object' ? `a ${value.kind}` : `a ${typeof value}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
