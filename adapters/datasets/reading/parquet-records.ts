import { readFile } from 'node:fs/promises';
import { parquetReadObjects } from 'hyparquet';
import { problemAt, type Problem, wholeFile } from '../problem.ts';
import type { SourceRecord } from './json-records.ts';
import { unreadable } from './text-file.ts';

/**
 * Reads the rows of a Parquet file, plain or compressed with Snappy, as Hugging Face stores data sets.
 * Values become what JSON has: whole numbers of 64 bits are numbers, or text where that is too small.
 *
 * @returns no rows after a problem was noted
 */
export async function readParquetRecords(
  file: string,
  note: (problem: Problem) => void,
): Promise<SourceRecord<Readonly<Record<string, unknown>>>[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    note(unreadable(file, error));
    return [];
  }
  try {
    // The library's own way to read a file waits for ever for the end of one that is cut short.
    const rows = await parquetReadObjects({ file: Uint8Array.from(bytes).buffer });
    return rows.map((row, index) => ({
      place: { file, line: null, record: index + 1 },
      value: asJson(row) as Record<string, unknown>,
    }));
  } catch (error) {
    note(damaged(file, error));
    return [];
  }
}

function damaged(file: string, error: unknown): Problem {
  const reason = error instanceof Error ? error.message : String(error);
  const what = `not a whole Parquet file (${reason})`;
  const fix = 'Fetch it again, or write it again with Snappy compression';
  return problemAt(wholeFile(file), 'wrong_format', { what, fix });
}

function asJson(value: unknown): unknown {
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(asJson);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asJson(member)]));
}
