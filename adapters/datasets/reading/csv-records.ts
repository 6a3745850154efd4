import { CsvError, type Info, parse } from 'csv-parse/sync';
import { problemAt, type Problem, wholeFile } from '../problem.ts';
import type { SourceRecord } from './json-records.ts';
import { readTextFile } from './text-file.ts';

/** A row by the names of its columns; a column without a name is called ''. */
export type CsvRow = Readonly<Record<string, string>>;

type Note = (problem: Problem) => void;

/** A table: its columns in order, and its rows. */
export type Table = {
  readonly file: string;
  readonly columns: readonly string[];
  readonly rows: readonly SourceRecord<CsvRow>[];
};

/** Whether a path names a table; what is called .json or .jsonl is none. */
export const isTablePath = (path: string): boolean => !/\.jsonl?$/i.test(path);

/**
 * Reads a table with a header: CSV as RFC 4180 has it, or tab-separated values without quoting, which
 * some call CSV, too. A row with another number of cells is a problem with its line.
 *
 * @returns null after a problem was noted
 */
export async function readTable(
  file: string,
  note: Note,
  { delimiter: given }: { readonly delimiter?: ',' | '\t' } = {},
): Promise<Table | null> {
  const text = await readTextFile(file, note);
  if (text === null) return null;
  const delimiter = given ?? (/^[^,\n]*\t/.test(text) ? '\t' : ',');
  let columns: readonly string[] = [];
  try {
    const parsed: readonly ParsedRow[] = parse(text, {
      delimiter,
      quote: delimiter === ',' ? '"' : null,
      columns: (header: string[]) => (columns = header),
      info: true,
      skip_empty_lines: true,
    });
    if (columns.length > 0) return { file, columns, rows: withPlaces(file, parsed) };
    note(problemAt(wholeFile(file), 'wrong_format', { what: 'the table is empty', fix }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : null;
    const what = `not a whole table (${error.message})`;
    note(problemAt({ file, line, record: null }, 'wrong_format', { what, fix }));
  }
  return null;
}

/**
 * The same, where every one of `columns` must be there.
 *
 * @returns no rows after a problem was noted
 */
export async function readRows(
  file: string,
  columns: readonly string[],
  note: Note,
): Promise<readonly SourceRecord<CsvRow>[]> {
  const table = await readTable(file, note);
  return table === null ? [] : rowsWith(columns, table, note);
}

/** The rows of a table that has all of `columns`; none after a problem was noted. */
export function rowsWith(
  columns: readonly string[],
  table: Table,
  note: Note,
): readonly SourceRecord<CsvRow>[] {
  const missing = columns.filter((column) => !table.columns.includes(column));
  if (missing.length === 0) return table.rows;
  const found = table.columns.map((column) => JSON.stringify(column)).join(', ');
  const what = `the table lacks ${missing.map((column) => `the column ${column}`).join(' and ')}; it has ${found}`;
  const mend = 'Check dataset.format, or fetch the file again';
  note(
    problemAt({ file: table.file, line: 1, record: null }, 'missing_column', { what, fix: mend }),
  );
  return [];
}

const fix = 'Mend the file, or fetch it again if it is cut short';

type ParsedRow = { readonly record: CsvRow; readonly info: Info };

/** The parser knows the line on which a row ends; what a person looks for is where it begins. */
function withPlaces(file: string, parsed: readonly ParsedRow[]): SourceRecord<CsvRow>[] {
  let line = 1;
  return parsed.map(({ record: value, info }, index) => {
    const place = { file, line: line + 1, record: index + 1 };
    line = info.lines;
    return { place, value };
  });
}
