import { convertible, damaged, TorchFileError } from './torch-file-error.ts';

/** What the pickle of a torch file may hold. Plain data: nothing here is ever called. */
export type TorchValue =
  | null
  | boolean
  | number
  | string
  | { readonly kind: 'list'; readonly items: TorchValue[] }
  | { readonly kind: 'tuple'; readonly items: readonly TorchValue[] }
  | { readonly kind: 'dict'; readonly entries: Map<string, TorchValue> }
  | { readonly kind: 'global'; readonly name: AllowedGlobal }
  | TorchStorage
  | TorchTensor;

/** A record of 32-bit floats in the archive. */
export type TorchStorage = {
  readonly kind: 'storage';
  /** The record is `<prefix>/data/<key>`. */
  readonly key: string;
  readonly elements: number;
};

/** A view on a storage; all counts are in elements. */
export type TorchTensor = {
  readonly kind: 'tensor';
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
};

type AllowedGlobal = 'rebuild-tensor' | 'float-storage' | 'ordered-dict';

/** The only names a file may refer to, by exact text: a look-up, never an import. */
const allowedGlobals: ReadonlyMap<string, AllowedGlobal> = new Map([
  ['torch._utils _rebuild_tensor_v2', 'rebuild-tensor'],
  ['torch FloatStorage', 'float-storage'],
  ['collections OrderedDict', 'ordered-dict'],
]);

/** Names of sound files in a form that is not read, with what they mean. */
const knownGlobals: ReadonlyMap<string, string> = new Map([
  ['torch HalfStorage', 'the embeddings are 16-bit floats (float16), not float32'],
  ['torch BFloat16Storage', 'the embeddings are 16-bit floats (bfloat16), not float32'],
  ['torch DoubleStorage', 'the embeddings are 64-bit floats, not float32'],
  ['torch._utils _rebuild_parameter', 'the embeddings are a parameter, not a plain tensor'],
]);

const pathClasses = /^pathlib(\._local)? (Pure)?(Posix|Windows)?Path$/;
const numpyNames = /^numpy(\.|$| )/;

/**
 * Looks a global of the pickle up.
 *
 * @param module  the Python module, such as "collections"
 * @param name    the name in it, such as "OrderedDict"
 * @throws {TorchFileError} for every name outside the short list
 */
export function lookUpGlobal(module: string, name: string): TorchValue {
  const key = `${module} ${name}`;
  const allowed = allowedGlobals.get(key);
  if (allowed !== undefined) return { kind: 'global', name: allowed };
  const known = knownGlobals.get(key);
  if (known !== undefined) throw convertible('unsupported', known);
  if (/^torch \w+Storage$/.test(key)) {
    throw convertible('unsupported', `the embeddings are a torch.${name}, not float32`);
  }
  if (pathClasses.test(key)) {
    throw convertible('unsupported', 'the file names are pathlib paths, not text', {
      runsItsCode: true,
    });
  }
  if (numpyNames.test(key)) {
    throw convertible('unsupported', 'it holds numpy objects, not a tensor', { runsItsCode: true });
  }
  throw new TorchFileError(
    'unsafe',
    `it refers to ${JSON.stringify(`${module}.${name}`.slice(0, 100))}, which no embedding file ` +
      'needs; nothing of it was run. Do not open it with Python unless you trust its source',
  );
}

/**
 * What a pickled call of an allowed global stands for.
 *
 * @throws {TorchFileError} when the arguments are not those torch writes
 */
export function rebuild(callee: TorchValue, argument: TorchValue): TorchValue {
  const args = tupleItems(argument);
  if (!isKind(callee, 'global') || args === undefined) {
    throw damaged('it calls what is not callable');
  }
  if (callee.name === 'ordered-dict' && args.length === 0) {
    return { kind: 'dict', entries: new Map() };
  }
  if (callee.name === 'rebuild-tensor') return rebuildTensor(args);
  throw damaged(`it calls ${callee.name} with ${args.length} arguments`);
}

/**
 * The storage that a persistent id names: ('storage', type, key, location, elements). The location
 * (such as "cuda:0") is where the tensor once lived and does not matter.
 */
export function rebuildStorage(id: TorchValue): TorchStorage {
  const [tag, type, key, location, elements, ...rest] = tupleItems(id) ?? [];
  const sound =
    tag === 'storage' &&
    isKind(type, 'global') &&
    type.name === 'float-storage' &&
    typeof location === 'string' &&
    rest.length === 0;
  if (!sound || typeof key !== 'string' || !isCount(elements)) {
    throw damaged('a reference to tensor data is not as torch writes it');
  }
  return { kind: 'storage', key, elements };
}

/** Whether a value is an object of this kind. */
export function isKind<Kind extends (TorchValue & object)['kind']>(
  value: TorchValue | undefined,
  kind: Kind,
): value is Extract<TorchValue & object, { kind: Kind }> {
  return typeof value === 'object' && value !== null && value.kind === kind;
}

function rebuildTensor(args: readonly TorchValue[]): TorchTensor {
  const [storage, offset, sizeTuple, strideTuple, , hooks, metadata] = args;
  const size = countsOf(sizeTuple);
  const stride = countsOf(strideTuple);
  // Six arguments, and metadata as the seventh in newer files.
  const sound = (args.length === 6 || args.length === 7) && isEmptyDict(hooks);
  if (!sound || !isKind(storage, 'storage') || !isCount(offset) || size.length !== stride.length) {
    throw damaged('a tensor is not as torch writes it');
  }
  if (metadata !== undefined && metadata !== null && !isEmptyDict(metadata)) {
    throw convertible('unsupported', 'the embeddings are a lazy view (negated or conjugated)');
  }
  return { kind: 'tensor', storage, offset, size, stride };
}

function countsOf(value: TorchValue | undefined): readonly number[] {
  const counts = tupleItems(value)?.filter(isCount);
  if (counts === undefined || counts.length !== tupleItems(value)?.length) {
    throw damaged('a tensor has a size or stride that is not whole numbers');
  }
  return counts;
}

function tupleItems(value: TorchValue | undefined): readonly TorchValue[] | undefined {
  return isKind(value, 'tuple') ? value.items : undefined;
}

function isEmptyDict(value: TorchValue | undefined): boolean {
  return isKind(value, 'dict') && value.entries.size === 0;
}

function isCount(value: TorchValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
