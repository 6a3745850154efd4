import { convertible, TorchFileError } from './torch-file-error.ts';
import type { TorchGlobal } from './torch-values.ts';

/** Bytes per element of everything torch stores, by torch's names. */
const elementBytes: ReadonlyMap<string, number> = new Map([
  ...['untyped', 'bool', 'uint8', 'int8', 'qint8', 'quint8', 'quint4x2', 'quint2x4'].map(sized(1)),
  ...['float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz'].map(sized(1)),
  ...['float16', 'bfloat16', 'int16', 'uint16'].map(sized(2)),
  ...['float32', 'int32', 'uint32', 'qint32'].map(sized(4)),
  ...['float64', 'int64', 'uint64', 'complex64'].map(sized(8)),
  ...['complex128'].map(sized(16)),
]);

const storageClasses: Readonly<Record<string, string>> = {
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  DoubleStorage: 'float64',
  BoolStorage: 'bool',
  ByteStorage: 'uint8',
  CharStorage: 'int8',
  ShortStorage: 'int16',
  IntStorage: 'int32',
  LongStorage: 'int64',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
  QInt8Storage: 'qint8',
  QUInt8Storage: 'quint8',
  QInt32Storage: 'qint32',
  QUInt4x2Storage: 'quint4x2',
  QUInt2x4Storage: 'quint2x4',
};

const rebuilders: Readonly<Record<string, TorchGlobal>> = {
  'collections OrderedDict': { kind: 'global', role: 'ordered-dict' },
  'torch._utils _rebuild_tensor_v2': { kind: 'global', role: 'rebuild-tensor' },
  'torch._utils _rebuild_tensor_v3': { kind: 'global', role: 'rebuild-tensor-of-type' },
  'torch._utils _rebuild_parameter': { kind: 'global', role: 'rebuild-parameter' },
  'torch._utils _rebuild_parameter_with_state': { kind: 'global', role: 'rebuild-parameter' },
  'torch._tensor _rebuild_from_type_v2': { kind: 'global', role: 'rebuild-with-state' },
};

/** What may stand beside the embeddings: Python's and torch's plain data, never looked into. */
const inert: Readonly<Record<string, string>> = {
  'torch Size': 'a torch.Size',
  'torch device': 'a torch.device',
  'torch Tensor': 'a class',
  'torch.nn.parameter Parameter': 'a class',
  'torch.serialization _get_layout': 'a tensor layout',
  'torch per_tensor_affine': 'a way to quantise',
  'torch per_channel_affine': 'a way to quantise',
  'torch per_channel_affine_float_qparams': 'a way to quantise',
  'torch._utils _rebuild_sparse_tensor': 'a sparse tensor',
  'torch._utils _rebuild_qtensor': 'a quantised tensor',
  'torch._utils _rebuild_meta_tensor_no_storage': 'a tensor without data (device meta)',
  '_codecs encode': 'a bytes object',
  '__builtin__ set': 'a set',
  'builtins set': 'a set',
  '__builtin__ frozenset': 'a set',
  'builtins frozenset': 'a set',
  '__builtin__ bytearray': 'a bytes object',
  'builtins bytearray': 'a bytes object',
  '__builtin__ complex': 'a complex number',
  'builtins complex': 'a complex number',
};

/** The only names a file may refer to, by exact text: a look-up, never an import. */
const allowedGlobals: ReadonlyMap<string, TorchGlobal> = new Map([
  ...Object.entries(rebuilders),
  ...Object.entries(inert).map(([name, what]) =>
    entry(name, { kind: 'global', role: 'inert', what }),
  ),
  ...Object.entries(storageClasses).map(([name, dtype]) =>
    entry(`torch ${name}`, { kind: 'global', role: 'storage-class', dtype }),
  ),
  entry('torch.storage UntypedStorage', {
    kind: 'global',
    role: 'storage-class',
    dtype: 'untyped',
  }),
  ...[...elementBytes.keys()].map((dtype) =>
    entry(`torch ${dtype}`, { kind: 'global', role: 'dtype', dtype }),
  ),
]);

const pathClass = /^pathlib(?:\._local)? (?:Pure)?(Posix|Windows)Path$/;
const numpyNames = /^numpy(\.|$| )/;

/**
 * Looks a global of the pickle up.
 *
 * @param module  the Python module, such as "collections"
 * @param name    the name in it, such as "OrderedDict"
 * @throws {TorchFileError} for every name outside the fixed list
 */
export function lookUpGlobal(module: string, name: string): TorchGlobal {
  const key = `${module} ${name}`;
  const allowed = allowedGlobals.get(key);
  if (allowed !== undefined) return allowed;
  const path = pathClass.exec(key);
  if (path !== null) return { kind: 'global', role: 'path-class', windows: path[1] === 'Windows' };
  if (numpyNames.test(key)) {
    throw convertible('it holds numpy objects, not a tensor', { runsItsCode: true });
  }
  throw new TorchFileError(
    'unsafe',
    `it refers to ${JSON.stringify(`${module}.${name}`.slice(0, 100))}, which no embedding file ` +
      'needs; nothing of it was run. Do not open it with Python unless you trust its source',
  );
}

/** Bytes of one element of a type that `lookUpGlobal` gave out. */
export function elementBytesOf(dtype: string): number {
  return elementBytes.get(dtype) ?? 1;
}

function sized(bytes: number): (dtype: string) => [string, number] {
  return (dtype) => [dtype, bytes];
}

function entry(name: string, value: TorchGlobal): [string, TorchGlobal] {
  return [name, value];
}
