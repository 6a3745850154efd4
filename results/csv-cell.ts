/** A value as it stands in one cell; null = an empty cell. */
export type CellValue = string | number | boolean | null;

/** What a spreadsheet runs at the beginning of a cell, full-width signs included. */
const formula = /^[\s\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

/** A reader whose country separates cells otherwise begins one here, in the middle of ours. */
const laterFormula = /([;\t\r\n][\s"\uFEFF]*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g;

/**
 * One cell by RFC 4180. Wherever a spreadsheet would take a text for a formula there is an
 * apostrophe before it, which makes it a text; numbers are ours and stay numbers.
 */
export function csvCell(value: CellValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const inside = value.replace(laterFormula, "$1'");
  const text = formula.test(inside) ? `'${inside}` : inside;
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of cells with the line end of RFC 4180. */
export function csvLine(values: readonly CellValue[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}
