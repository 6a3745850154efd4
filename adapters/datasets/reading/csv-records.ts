import { CsvError, parse } from 'csv-parse/sync';
import { problemAt, type Problem } from '../problem.ts';
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
 * @param delimiter  default: a tab where the first line has one before any comma
 * @returns null after a problem was noted
 */
export async function readTable(
  file: string,
  note: Note,
  { delimiter: given }: { readonly delimiter?: '\t' } = {},
): Promise<Table | null> {
  const text = await readTextFile(file, note);
  if (text === null) return null;
  const delimiter = given ?? (/^[^,\n]*\t/.test(text) ? '\t' : ',');
  const refuse = (line: number | null, what: string): null => {
    note(problemAt({ file, line, record: null }, 'wrong_format', { what, fix }));
    return null;
  };
  const { rows, lines, fault } = parseRows(Buffer.from(text), delimiter);
  const [columns, ...cells] = rows;
  const lineOf = (index: number): number => lines[index] ?? 1;
  if (fault !== null) return refuse(lineOf(rows.length), `not a whole table (${fault})`);
  if (columns === undefined) return refuse(null, 'the table is empty');
  const twice = columns.find((name, at) => name !== '' && columns.indexOf(name) !== at);
  if (twice !== undefined) return refuse(lineOf(0), `two columns are called ${twice}`);
  const uneven = rows.findIndex(({ length }) => length !== columns.length);
  if (uneven !== -1) {
    const what = `a row of ${rows[uneven]?.length} cells in a table of ${columns.length} columns`;
    return refuse(lineOf(uneven), `not a whole table (${what})`);
  }
  return {
    file,
    columns,
    rows: cells.map((row, index) => ({
      place: { file, line: lineOf(index + 1), record: index + 1 },
      value: Object.fromEntries(columns.map((name, at) => [name, row[at] ?? ''])),
    })),
  };
}

type ParsedRows = {
  /** Those before the fault, the header first. */
  readonly rows: readonly (readonly string[])[];
  /** Where each begins, from 1, and then where the fault is to be looked for. */
  readonly lines: readonly number[];
  readonly fault: string | null;
};

function parseRows(bytes: Buffer, delimiter: ',' | '\t'): ParsedRows {
  const rows: string[][] = [];
  const ends: number[] = [];
  let fault: string | null = null;
  try {
    parse(bytes, {
      delimiter,
      quote: delimiter === ',' ? '"' : null,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record(row: string[], { bytes: end }) {
        rows.push(row);
        ends.push(end);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    fault = faultIn(error, rows.length);
  }
  return { rows, lines: linesAfter(bytes, ends), fault };
}

function faultIn({ code, message }: CsvError, rows: number): string {
  const row = rows === 0 ? 'in the header' : `at or after record ${rows}`;
  if (code === 'CSV_QUOTE_NOT_CLOSED') return `a quote opened ${row} is never closed`;
  if (code === 'CSV_INVALID_CLOSING_QUOTE') return `something stands behind a closed quote ${row}`;
  return message;
}

/** The line of the first sign at the start and behind each of these places; blank lines hold none. */
function linesAfter(bytes: Buffer, ends: readonly number[]): number[] {
  let line = 1;
  let at = 0;
  return [0, ...ends].map((end) => {
    for (; at < end || isBreak(bytes[at]); at += 1)
      if (isBreak(bytes[at]) && !(bytes[at] === carriage && bytes[at + 1] === lineFeed)) line += 1;
    return line;
  });
}

const isBreak = (byte: number | undefined): boolean => byte === lineFeed || byte === carriage;

const lineFeed = 0x0a;
const carriage = 0x0d;

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
