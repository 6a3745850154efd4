import { decodeFloats, floatBytes, type FloatType } from '../float-values.ts';
import type { TorchContent } from './torch-content.ts';
import { convertible, damaged, TorchFileError } from './torch-file-error.ts';
import { describeKind, isKind, type TorchTensor, type TorchValue } from './torch-values.ts';

/** A tensor of embeddings by rows and columns. Strides and offset count stored values. */
export type TorchRows = {
  readonly tensor: TorchTensor;
  readonly dtype: FloatType;
  readonly rows: number;
  readonly dimension: number;
  readonly rowStride: number;
  readonly columnStride: number;
};

/** Far above any model's. */
const dimensionCap = 2 ** 16;
/** A tensor that repeats its values can be far larger than its file: at most 256 MiB then. */
const repeatedCap = 2 ** 26;

/**
 * Takes a value as embeddings: a tensor of floating point numbers of shape [N, D] or [N, 1, D].
 *
 * @throws {TorchFileError} for everything else, with the line of Python that mends it
 */
export function rowsOfTensor(value: TorchValue): TorchRows {
  if (!isKind(value, 'tensor')) throw notATensor(value);
  const { dtype, offset, storage } = value;
  if (!isFloatType(dtype)) {
    const problem = `'embeddings' holds ${dtype}, not floating point numbers`;
    if (dtype.startsWith('complex')) throw new TorchFileError('unsupported', problem);
    throw convertible(problem);
  }
  const result = { tensor: value, dtype, ...layoutOf(value) };
  const { rows, dimension } = result;
  const stored = storage.bytes / floatBytes[dtype];
  if (rows > 0 && offset + lastValue(result) >= stored) {
    throw damaged(`'embeddings' reaches beyond its data`);
  }
  if (rows * dimension > Math.max(stored, repeatedCap)) {
    throw convertible(`'embeddings' repeats ${stored} stored values too often`);
  }
  return result;
}

function layoutOf({ size, stride }: TorchTensor): Omit<TorchRows, 'tensor' | 'dtype'> {
  const shape = `'embeddings' has the shape [${size.slice(0, 8).join(', ')}]`;
  const [rows, dimension] = [size[0], size.at(-1)];
  const [rowStride, columnStride] = [stride[0], stride.at(-1)];
  const hasRows = size.length === 2 || (size.length === 3 && size[1] === 1);
  if (rows === undefined || dimension === undefined || size.length < 2) {
    throw new TorchFileError('unsupported', `${shape}; save one of shape [N, D]`);
  }
  if (!hasRows) throw convertible(`${shape}, not [N, D]`);
  if (dimension === 0 || dimension > dimensionCap) {
    throw new TorchFileError('unsupported', `${shape}; a model gives 1 to ${dimensionCap} values`);
  }
  return { rows, dimension, rowStride: rowStride ?? 0, columnStride: columnStride ?? 0 };
}

/**
 * Reads the rows side by side as 32-bit floats, shape [rows, dimension].
 *
 * @throws {TorchFileError} when the stored values are missing or damaged
 */
export async function readRows(
  content: TorchContent,
  embeddings: TorchRows,
): Promise<Float32Array> {
  const { tensor, dtype, rows, dimension, rowStride, columnStride } = embeddings;
  if (rows === 0) return new Float32Array();
  const bytes = floatBytes[dtype];
  const readStorage = await content.openStorage(tensor.storage);
  const stretch = new Float32Array(lastValue(embeddings) + 1);
  const start = tensor.offset * bytes;
  const range = { start, end: start + stretch.length * bytes };
  await readStorage(range, (portion, at) => decodeFloats(dtype, portion, stretch, at / bytes));
  // A stride along an axis of length 1 means nothing.
  const sideBySide =
    (rowStride === dimension || rows === 1) && (columnStride === 1 || dimension === 1);
  if (sideBySide) return stretch;
  const values = new Float32Array(rows * dimension);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < dimension; column++) {
      values[row * dimension + column] = stretch[row * rowStride + column * columnStride]!;
    }
  }
  return values;
}

/** Position of the last value behind the first one. */
function lastValue({ rows, dimension, rowStride, columnStride }: TorchRows): number {
  return (rows - 1) * rowStride + (dimension - 1) * columnStride;
}

function isFloatType(dtype: string): dtype is FloatType {
  return Object.hasOwn(floatBytes, dtype);
}

/** How a row of a tensor that is stored in another way becomes plain. */
const methods: ReadonlyMap<string, string> = new Map([
  ['a sparse tensor', '.to_dense()'],
  ['a quantised tensor', '.dequantize()'],
  ['a lazy view (negated or conjugated)', '.resolve_conj().resolve_neg()'],
]);

function notATensor(value: TorchValue): TorchFileError {
  const problem = `'embeddings' is ${describeKind(value)}, not a tensor`;
  const method = isKind(value, 'opaque') ? methods.get(value.what) : undefined;
  if (method !== undefined) return convertible(problem, { method });
  if (isKind(value, 'list') || isKind(value, 'tuple')) return convertible(problem);
  return new TorchFileError('unsupported', `${problem}; save a tensor of shape [N, D]`);
}
