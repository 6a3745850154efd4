import { extname } from 'node:path';
import type { Problem } from '../problem.ts';
import { readTable } from './csv-records.ts';
import { readJsonRecords, type SourceRecord } from './json-records.ts';
import { readParquetRecords } from './parquet-records.ts';

/**
 * Reads records by the extension of their file: `.parquet`, `.csv` or `.tsv`; any other holds JSON. What
 * is called `.csv` may be tab-separated.
 *
 * @returns no records after a problem was noted
 */
export async function readRecords(
  file: string,
  note: (problem: Problem) => void,
): Promise<readonly SourceRecord[]> {
  const extension = extname(file).toLowerCase();
  if (extension === '.parquet') return readParquetRecords(file, note);
  if (extension !== '.csv' && extension !== '.tsv') return readJsonRecords(file, note);
  const table = await readTable(file, note, extension === '.tsv' ? { delimiter: '\t' } : {});
  return table?.rows ?? [];
}
