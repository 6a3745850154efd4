import { convertible, damaged } from './torch-file-error.ts';
import { elementBytesOf } from './torch-globals.ts';
import { isKind, type TorchStorage, type TorchValue } from './torch-values.ts';

/** No path of a file system is longer. */
const pathCapCharacters = 4096;

/**
 * What a pickled call of an allowed global stands for.
 *
 * @throws {TorchFileError} when the arguments are not those that Python and torch write
 */
export function rebuild(callee: TorchValue, argument: TorchValue): TorchValue {
  const args = tupleItems(argument);
  if (!isKind(callee, 'global') || args === undefined) {
    throw damaged('it calls what is not callable');
  }
  switch (callee.role) {
    case 'ordered-dict':
      if (args.length > 0) throw damaged('an OrderedDict in it has arguments');
      return { kind: 'dict', entries: new Map() };
    case 'rebuild-tensor':
      return rebuildTensor(args, null);
    case 'rebuild-tensor-of-type':
      return rebuildTensor([...args.slice(0, 6), ...args.slice(7)], typeName(args[6]));
    // The first argument is the tensor; whether it is trained, its hooks and state do not matter.
    case 'rebuild-parameter':
      return args[0] ?? null;
    case 'rebuild-with-state':
      return rebuildWithState(args);
    case 'path-class':
      return { kind: 'path', windows: callee.windows, parts: pathParts(args) };
    case 'inert':
      return { kind: 'opaque', what: callee.what };
    default:
      throw damaged(`it calls a ${callee.role}`);
  }
}

/**
 * The storage that a persistent id names: ('storage', type, key, location, elements), in the format
 * before torch 1.6 with a sixth item. The location (such as "cuda:0") is where the tensor once
 * lived and does not matter.
 */
export function rebuildStorage(id: TorchValue): TorchStorage {
  const [tag, type, key, location, elements, view = null, ...rest] = tupleItems(id) ?? [];
  const sound =
    tag === 'storage' &&
    isKind(type, 'global') &&
    type.role === 'storage-class' &&
    typeof location === 'string' &&
    rest.length === 0;
  if (!sound || typeof key !== 'string' || !isCount(elements)) {
    throw damaged('a reference to tensor data is not as torch writes it');
  }
  if (view !== null) throw convertible('its tensors share storage in an old way');
  const { dtype } = type;
  return { kind: 'storage', key, dtype, bytes: elements * elementBytesOf(dtype) };
}

/** A tensor with attributes: (function, class, its arguments, attributes). */
function rebuildWithState(args: readonly TorchValue[]): TorchValue {
  const [callee, , argument] = args;
  // Only these two, so that calls do not nest without end.
  const isTensor =
    isKind(callee, 'global') &&
    (callee.role === 'rebuild-tensor' || callee.role === 'rebuild-tensor-of-type');
  return isTensor ? rebuild(callee, argument ?? null) : { kind: 'opaque', what: 'a tensor class' };
}

/** @param dtype  the element type where it is not the storage's own */
function rebuildTensor(args: readonly TorchValue[], dtype: string | null): TorchValue {
  const [storage, offset, sizeTuple, strideTuple, , hooks, metadata = null] = args;
  const size = countsOf(sizeTuple);
  const stride = countsOf(strideTuple);
  // Six arguments, and metadata as the seventh in newer files.
  const sound = (args.length === 6 || args.length === 7) && isEmptyDict(hooks);
  if (!sound || !isKind(storage, 'storage') || !isCount(offset) || size.length !== stride.length) {
    throw damaged('a tensor is not as torch writes it');
  }
  if (metadata !== null && !isEmptyDict(metadata)) {
    return { kind: 'opaque', what: 'a lazy view (negated or conjugated)' };
  }
  return { kind: 'tensor', storage, dtype: dtype ?? storage.dtype, offset, size, stride };
}

function typeName(value: TorchValue | undefined): string {
  if (isKind(value, 'global') && value.role === 'dtype') return value.dtype;
  throw damaged('a tensor is of no type');
}

function pathParts(args: readonly TorchValue[]): string[] {
  const parts = args.filter((part) => typeof part === 'string');
  const characters = parts.reduce((sum, part) => sum + part.length + 1, 0);
  if (parts.length !== args.length || characters > pathCapCharacters) {
    throw damaged('a path in it is not as Python writes it');
  }
  return parts;
}

function countsOf(value: TorchValue | undefined): readonly number[] {
  const items = tupleItems(value);
  const counts = items?.filter(isCount);
  if (counts === undefined || counts.length !== items?.length) {
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
