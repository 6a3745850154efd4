import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { convertible, damaged, TorchFileError } from './torch-file-error.ts';
import { locateContent, type ReadAt, readZipDirectory, type ZipRecord } from './zip-directory.ts';

/** The records of one torch archive, by their names below its prefix ("data.pkl", "data/0"). */
export type TorchArchive = {
  /** The size of a record in bytes, or undefined where there is none. */
  size(name: string): number | undefined;
  /**
   * A part of a record, in bytes; the whole record is read and checked against its checksum, where
   * it has one.
   *
   * @throws {TorchFileError} when the record is missing, damaged or shorter than `range.end`
   */
  read(name: string, range?: { start: number; end: number }): Promise<ArrayBuffer>;
  close(): Promise<void>;
};

const chunkBytes = 4 * 2 ** 20;
const pickleName = 'data.pkl';
const zipSignature = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);
/** The pickled magic number that begins files of torch before 1.6. */
const legacySignature = Uint8Array.of(0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20);

/**
 * Opens a file that `torch.save` (1.6 or later) wrote: a zip archive whose records are stored
 * uncompressed below one prefix. An own reader, because a well-known library throws outside of any
 * promise on a hostile 64-bit offset, which would end the process.
 *
 * @throws {TorchFileError} when it is not such a file
 */
export async function openTorchArchive(path: string): Promise<TorchArchive> {
  const file = await open(path).catch((error: unknown) => {
    throw new TorchFileError('unreadable', 'it cannot be opened; check the path', error);
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new TorchFileError('unreadable', 'it is not a file');
    const read = readerOf(file);
    await checkSignature(read, stats.size);
    return archiveOf(file, read, byName(await readZipDirectory(read, stats.size)));
  } catch (error) {
    await file.close();
    throw error;
  }
}

function readerOf(file: FileHandle): ReadAt {
  return async (position, length) => {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
      if (bytesRead === 0) throw damaged('it ends too early');
      filled += bytesRead;
    }
    return new DataView(bytes.buffer);
  };
}

async function checkSignature(read: ReadAt, fileBytes: number): Promise<void> {
  const head = new Uint8Array((await read(0, Math.min(fileBytes, legacySignature.length))).buffer);
  if (startsWith(head, legacySignature)) {
    throw convertible('legacy', 'it is in the format of torch before 1.6');
  }
  if (!startsWith(head, zipSignature)) throw damaged('it is not a file of torch.save');
}

function startsWith(bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.every((value, at) => bytes[at] === value);
}

/** The records by name, without the prefix: the file's stem when it was saved, or "archive". */
function byName(records: readonly ZipRecord[]): Map<string, ZipRecord> {
  const pickles = records.filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    throw damaged(`it holds ${pickles.length} pickles, not one`);
  }
  const prefix = pickle.name.slice(0, -pickleName.length);
  const named = new Map(records.map((record) => [record.name, record]));
  if (named.size !== records.length) throw damaged('two of its records have one name');
  return new Map(
    records
      .filter(({ name }) => name.startsWith(prefix))
      .map((record) => [record.name.slice(prefix.length), record]),
  );
}

function archiveOf(
  file: FileHandle,
  read: ReadAt,
  records: ReadonlyMap<string, ZipRecord>,
): TorchArchive {
  return {
    size: (name) => records.get(name)?.contentBytes,
    close: () => file.close(),
    async read(name, range) {
      const record = records.get(name);
      if (record === undefined) throw damaged(`record "${name}" is missing`);
      if (record.method !== 0 || record.encrypted) {
        throw convertible('unsupported', `record "${name}" is compressed or encrypted`);
      }
      if (record.storedBytes !== record.contentBytes) {
        throw damaged(`record "${name}" claims two sizes`);
      }
      const { start, end } = range ?? { start: 0, end: record.contentBytes };
      if (end > record.contentBytes) throw damaged(`record "${name}" is too short`);
      return readChecked(read, record, start, end);
    },
  };
}

/** Reads all of a record in portions for its checksum, and keeps what lies from start to end. */
async function readChecked(
  read: ReadAt,
  record: ZipRecord,
  start: number,
  end: number,
): Promise<ArrayBuffer> {
  const contentAt = await locateContent(read, record);
  const kept = new Uint8Array(end - start);
  let checksum = 0;
  for (let at = 0; at < record.contentBytes; at += chunkBytes) {
    const length = Math.min(chunkBytes, record.contentBytes - at);
    const chunk = new Uint8Array((await read(contentAt + at, length)).buffer);
    checksum = crc32(chunk, checksum);
    const from = Math.max(start, at);
    const to = Math.min(end, at + length);
    if (from < to) kept.set(chunk.subarray(from - at, to - at), from - start);
  }
  if (record.checksum !== 0 && record.checksum !== checksum) {
    throw damaged(`the checksum of record "${record.name}" is wrong`);
  }
  return kept.buffer;
}
