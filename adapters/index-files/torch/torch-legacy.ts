import { type ByteSource, readPortions } from '../byte-source.ts';
import type { TorchContent } from './torch-content.ts';
import { bigEndian, convertible, damaged } from './torch-file-error.ts';
import { elementBytesOf } from './torch-globals.ts';
import { pickleCapBytes, readTorchPickle } from './torch-pickle.ts';
import { isKind, type TorchStorage, type TorchValue } from './torch-values.ts';

const magicNumber = 0x1950a86a20f9469cfc6cn;
const formatVersion = 1001;
/** Before the numbers of each storage stands how many they are. */
const countBytes = 8;

/**
 * Opens a file in the format before torch 1.6, which `_use_new_zipfile_serialization=False` still
 * writes: pickles of a magic number, a version, the machine, the value and the storage keys, then
 * the numbers of each storage. It has no checksums.
 *
 * @throws {TorchFileError} when it is not such a file, or was written by a big-endian machine
 */
export async function openLegacyTorchFile(source: ByteSource): Promise<TorchContent> {
  const head = await source.read(0, Math.min(source.size, pickleCapBytes));
  const magic = readTorchPickle(head);
  if (magic.value !== magicNumber) {
    throw convertible('it is a pickle, but not one of torch.save', {
      isPickle: true,
    });
  }
  const version = readTorchPickle(head, magic.end);
  if (version.value !== formatVersion) throw damaged('it is of an unknown version');
  const machine = readTorchPickle(head, version.end);
  const content = readTorchPickle(head, machine.end);
  const keys = readTorchPickle(head, content.end);
  if (!isLittleEndian(machine.value)) throw bigEndian();
  const places = placesOf(keys.value, content.storages, keys.end);
  return {
    value: content.value,
    async openStorage({ key, dtype, bytes }) {
      const start = places.get(key);
      if (start === undefined || start + countBytes + bytes > source.size) {
        throw damaged(`storage "${key}" is missing`);
      }
      const count = new DataView((await source.read(start, countBytes)).buffer).getBigInt64(
        0,
        true,
      );
      if (Number(count) * elementBytesOf(dtype) !== bytes) {
        throw damaged(`storage "${key}" holds ${count} values, not as many as its tensor`);
      }
      return (range, take) =>
        readPortions(source, start + countBytes + range.start, range.end - range.start, take);
    },
  };
}

function isLittleEndian(machine: TorchValue): boolean {
  return isKind(machine, 'dict') && machine.entries.get('little_endian') === true;
}

/** Where each storage begins: they follow the pickles in the order of their keys. */
function placesOf(
  keys: TorchValue,
  storages: ReadonlyMap<string, TorchStorage>,
  end: number,
): Map<string, number> {
  if (!isKind(keys, 'list')) throw damaged('it has no list of storages');
  const places = new Map<string, number>();
  let at = end;
  for (const key of keys.items) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined) throw damaged('it lists a storage that no tensor uses');
    places.set(storage.key, at);
    at += countBytes + storage.bytes;
  }
  return places;
}
