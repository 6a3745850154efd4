import type { ByteSource } from '../byte-source.ts';
import { damaged } from './torch-file-error.ts';

/** One record of a zip archive, as its central directory lists it. Sizes and places in bytes. */
export type ZipRecord = {
  readonly name: string;
  /** 0 = stored as it is. */
  readonly method: number;
  readonly encrypted: boolean;
  /** CRC-32 of the content; 0 where the writer left it out. */
  readonly checksum: number;
  readonly storedBytes: number;
  readonly contentBytes: number;
  /** Where the record's own header begins. */
  readonly headerAt: number;
};

const endBytes = 22;
const commentCapBytes = 0xffff;
const locatorBytes = 20;
const bigEndBytes = 56;
const recordBytes = 46;
const localHeaderBytes = 30;
const directoryCapBytes = 16 * 2 ** 20;
const signature = {
  end: 0x06054b50,
  locator: 0x07064b50,
  bigEnd: 0x06064b50,
  record: 0x02014b50,
  local: 0x04034b50,
};
/** Stands in a 32-bit field whose value is in the 64-bit extra field. */
const inExtraField = 0xffffffff;
const bigExtraFieldId = 1;

/**
 * Lists the records of a zip archive, 64-bit archives included. Everything the file claims is
 * checked against its size before it is used.
 *
 * @throws {TorchFileError} when the directory is missing or damaged
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipRecord[]> {
  const { at, bytes } = await locateDirectory(source);
  if (bytes > directoryCapBytes) throw damaged('its list of records is too long');
  if (at + bytes > source.size) throw damaged('its list of records lies outside the file');
  const directory = await viewOf(source, at, bytes);
  const records: ZipRecord[] = [];
  for (let position = 0; position < bytes;) {
    const { record, end } = readRecord(directory, position);
    if (record.headerAt + localHeaderBytes + record.storedBytes > source.size) {
      throw damaged(`record "${record.name}" lies outside the file`);
    }
    records.push(record);
    position = end;
  }
  return records;
}

/**
 * Where the content of a record begins.
 *
 * @throws {TorchFileError} when the record's own header is damaged
 */
export async function locateContent(source: ByteSource, record: ZipRecord): Promise<number> {
  const header = await viewOf(source, record.headerAt, localHeaderBytes);
  if (header.getUint32(0, true) !== signature.local) {
    throw damaged(`record "${record.name}" has no header`);
  }
  const nameBytes = header.getUint16(26, true);
  const extraBytes = header.getUint16(28, true);
  return record.headerAt + localHeaderBytes + nameBytes + extraBytes;
}

async function locateDirectory(source: ByteSource): Promise<{ at: number; bytes: number }> {
  const tailBytes = Math.min(source.size, endBytes + commentCapBytes);
  const tail = await viewOf(source, source.size - tailBytes, tailBytes);
  const end = findEnd(tail);
  const locator = end - locatorBytes;
  if (locator >= 0 && tail.getUint32(locator, true) === signature.locator) {
    const bigEnd = await viewOf(source, bigInteger(tail, locator + 8), bigEndBytes);
    if (bigEnd.getUint32(0, true) !== signature.bigEnd) throw damaged('its end record is missing');
    return { bytes: bigInteger(bigEnd, 40), at: bigInteger(bigEnd, 48) };
  }
  return { bytes: tail.getUint32(end + 12, true), at: tail.getUint32(end + 16, true) };
}

function findEnd(tail: DataView): number {
  for (let at = tail.byteLength - endBytes; at >= 0; at--) {
    const reachesEnd = at + endBytes + tail.getUint16(at + 20, true) === tail.byteLength;
    if (reachesEnd && tail.getUint32(at, true) === signature.end) return at;
  }
  throw damaged('its end is missing, as after an interrupted copy');
}

function readRecord(directory: DataView, at: number): { record: ZipRecord; end: number } {
  const left = directory.byteLength - at;
  if (left < recordBytes || directory.getUint32(at, true) !== signature.record) {
    throw damaged('its list of records is broken');
  }
  const nameBytes = directory.getUint16(at + 28, true);
  const extraBytes = directory.getUint16(at + 30, true);
  const extraAt = at + recordBytes + nameBytes;
  const end = extraAt + extraBytes + directory.getUint16(at + 32, true);
  if (end > directory.byteLength) throw damaged('its list of records is cut short');
  const name = new TextDecoder().decode(
    new Uint8Array(directory.buffer, directory.byteOffset + at + recordBytes, nameBytes),
  );
  const [contentBytes, storedBytes, headerAt] = widen(
    [24, 20, 42].map((field) => directory.getUint32(at + field, true)),
    bigFields(directory, extraAt, extraAt + extraBytes),
  );
  const record = {
    name,
    method: directory.getUint16(at + 10, true),
    encrypted: (directory.getUint16(at + 8, true) & 1) === 1,
    checksum: directory.getUint32(at + 16, true),
    storedBytes: storedBytes ?? 0,
    contentBytes: contentBytes ?? 0,
    headerAt: headerAt ?? 0,
  };
  return { record, end };
}

/** Replaces the fields that did not fit 32 bits by the 64-bit ones, which stand in the same order. */
function widen(fields: readonly number[], bigFieldsInOrder: readonly number[]): number[] {
  const left = [...bigFieldsInOrder];
  return fields.map((field) => {
    if (field !== inExtraField) return field;
    const big = left.shift();
    if (big === undefined) throw damaged('a record lacks its 64-bit size');
    return big;
  });
}

function bigFields(directory: DataView, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end;) {
    const fieldEnd = at + 4 + directory.getUint16(at + 2, true);
    if (fieldEnd > end) break;
    if (directory.getUint16(at, true) === bigExtraFieldId) {
      const count = Math.floor((fieldEnd - at - 4) / 8);
      return Array.from({ length: count }, (_, n) => bigInteger(directory, at + 4 + 8 * n));
    }
    at = fieldEnd;
  }
  return [];
}

function bigInteger(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged('a size in it is out of range');
  return Number(value);
}

async function viewOf(source: ByteSource, position: number, length: number): Promise<DataView> {
  return new DataView((await source.read(position, length)).buffer);
}
