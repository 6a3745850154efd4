import { crc32 } from 'node:zlib';
import { type ByteSource, readPortions } from '../byte-source.ts';
import type { ByteRange, TakeBytes, TorchContent } from './torch-content.ts';
import { bigEndian, convertible, damaged, TorchFileError } from './torch-file-error.ts';
import { pickleCapBytes, readTorchPickle } from './torch-pickle.ts';
import { locateContent, readZipDirectory, type ZipRecord } from './zip-directory.ts';

const pickleName = 'data.pkl';
const byteOrderName = 'byteorder';
const byteOrderCapBytes = 16;

/**
 * Opens a file of torch 1.6 or later: a zip archive whose records are stored uncompressed below one
 * prefix ("data.pkl", "data/0"). An own reader, because a well-known library throws outside of any
 * promise on a hostile 64-bit offset, which would end the process.
 *
 * @throws {TorchFileError} when it is not such a file, or was written by a big-endian machine
 */
export async function openTorchArchive(source: ByteSource): Promise<TorchContent> {
  const records = byName(await readZipDirectory(source));
  const order = records.get(byteOrderName);
  if (order !== undefined) {
    const text = new TextDecoder().decode(await readWhole(source, order, byteOrderCapBytes));
    if (text !== 'little') throw bigEndian();
  }
  const pickle = await readWhole(source, recordOf(records, pickleName), pickleCapBytes);
  return {
    value: readTorchPickle(pickle).value,
    async openStorage({ key, bytes }) {
      const record = recordOf(records, `data/${key}`);
      if (record.contentBytes !== bytes) {
        throw damaged(`record "${record.name}" holds ${record.contentBytes} bytes, not ${bytes}`);
      }
      checkStored(record);
      return (range, take) => readChecked(source, record, range, take);
    },
  };
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

function recordOf(records: ReadonlyMap<string, ZipRecord>, name: string): ZipRecord {
  const record = records.get(name);
  if (record === undefined) throw damaged(`record "${name}" is missing`);
  return record;
}

async function readWhole(
  source: ByteSource,
  record: ZipRecord,
  capBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { contentBytes, name } = record;
  if (contentBytes > capBytes) {
    throw new TorchFileError('unsupported', `record "${name}" has ${contentBytes} bytes, too many`);
  }
  const whole = new Uint8Array(contentBytes);
  await readChecked(source, record, { start: 0, end: contentBytes }, (part, at) =>
    whole.set(part, at),
  );
  return whole;
}

/** A record with a checksum is read whole for it; without one (0) only the range is. */
async function readChecked(
  source: ByteSource,
  record: ZipRecord,
  { start, end }: ByteRange,
  take: TakeBytes,
): Promise<void> {
  checkStored(record);
  const contentAt = await locateContent(source, record);
  if (record.checksum === 0) return readPortions(source, contentAt + start, end - start, take);
  let checksum = 0;
  await readPortions(source, contentAt, record.contentBytes, (portion, at) => {
    checksum = crc32(portion, checksum);
    const from = Math.max(start, at);
    const to = Math.min(end, at + portion.length);
    if (from < to) take(portion.subarray(from - at, to - at), from - start);
  });
  if (record.checksum !== checksum) {
    throw damaged(`the checksum of record "${record.name}" is wrong`);
  }
}

function checkStored({ name, method, encrypted, storedBytes, contentBytes }: ZipRecord): void {
  if (method !== 0 || encrypted) {
    throw convertible(`record "${name}" is compressed or encrypted`);
  }
  if (storedBytes !== contentBytes) throw damaged(`record "${name}" claims two sizes`);
}
