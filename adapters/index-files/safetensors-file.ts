import type { FileHandle } from 'node:fs/promises';
import { openFileSource, readPortions } from './byte-source.ts';
import { decodeFloats, floatBytes } from './float-values.ts';
import {
  elementCount,
  encodeHeader,
  floatTypeOf,
  headerLength,
  lengthPrefixBytes,
  parseHeader,
  SafetensorsError,
  type SafetensorsHeader,
} from './safetensors-header.ts';
import { writeFileWhole } from './write-file-whole.ts';

/** What stands before the rows of a file that is written as they come. */
export type RowsHeader = {
  readonly name: string;
  readonly rows: number;
  readonly dimension: number;
  readonly metadata: Readonly<Record<string, string>>;
};

export type SafetensorsFile = SafetensorsHeader & {
  /**
   * Reads rows `from` to `to` (half-open; all of them by default) of a tensor as 32-bit floats.
   *
   * @throws {SafetensorsError} when there is no such tensor or row, or it holds no floating point
   *   numbers
   */
  readRows(name: string, from?: number, to?: number): Promise<Float32Array>;
  close(): Promise<void>;
};

/**
 * Writes a safetensors file with one tensor of 32-bit floats, shape [rows, dimension], whose rows
 * come in portions, so that memory holds one of them. The file appears when it is complete.
 *
 * @param portions  whole rows, in order
 * @throws {SafetensorsError} when the portions hold another number of rows than announced
 */
export async function writeSafetensorsFile(
  path: string,
  { name, rows, dimension, metadata }: RowsHeader,
  portions: AsyncIterable<Float32Array> | Iterable<Float32Array>,
): Promise<void> {
  const head = encodeHeader(metadata, new Map([[name, [rows, dimension]]]));
  await writeFileWhole(path, async (file) => {
    await writeFully(file, head);
    let written = 0;
    for await (const portion of portions) {
      written += portion.length;
      if (written > rows * dimension) break;
      await writeFully(
        file,
        new Uint8Array(portion.buffer, portion.byteOffset, portion.byteLength),
      );
    }
    if (written !== rows * dimension) {
      throw new SafetensorsError(
        `tensor "${name}" of shape [${rows}, ${dimension}] was given ${written} values or more`,
      );
    }
  });
}

/**
 * Opens a safetensors file of any size; only what is asked for is read.
 *
 * @throws {SafetensorsError} when its header is damaged or does not fit the file
 * @throws the file system's error when it cannot be opened
 */
export async function openSafetensorsFile(path: string): Promise<SafetensorsFile> {
  const source = await openFileSource(path);
  try {
    const prefix = await source.read(0, Math.min(lengthPrefixBytes, source.size));
    const dataStart = lengthPrefixBytes + headerLength(prefix, source.size);
    const json = await source.read(lengthPrefixBytes, dataStart - lengthPrefixBytes);
    const header = parseHeader(json, source.size - dataStart);
    return {
      ...header,
      close: () => source.close(),
      async readRows(name, from = 0, to) {
        const place = header.tensors.find((tensor) => tensor.name === name);
        const type = place === undefined ? undefined : floatTypeOf(place);
        if (place === undefined || type === undefined) {
          throw new SafetensorsError(`tensor "${name}" is ${place?.dtype ?? 'missing'}`);
        }
        const [rows = 1, ...rest] = place.shape;
        const end = to ?? rows;
        if (from < 0 || from > end || end > rows) {
          throw new SafetensorsError(`tensor "${name}" has ${rows} rows, not ${from} to ${end}`);
        }
        const width = elementCount(rest);
        const values = new Float32Array((end - from) * width);
        const bytes = floatBytes[type];
        const start = dataStart + place.start + from * width * bytes;
        await readPortions(source, start, values.length * bytes, (portion, at) =>
          decodeFloats(type, portion, values, at / bytes),
        );
        return values;
      },
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += (await file.write(bytes, at)).bytesWritten;
  }
}
