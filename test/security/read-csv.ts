/**
 * Takes a text apart as spreadsheets do: a quote opens a cell only where the cell begins with it,
 * and every kind of line break ends a record.
 */
export function readCsv(text: string, separator: string): string[][] {
  const records: string[][] = [[]];
  const piece = new RegExp(
    String.raw`(?:"((?:[^"]|"")*)("|$))?([^\r\n${separator}]*)(\r\n|\r|\n|${separator}|$)`,
    'gy',
  );
  for (const [, quoted, , plain = '', end] of text.matchAll(piece)) {
    records.at(-1)!.push((quoted ?? '').replaceAll('""', '"') + plain);
    if (end === '') break;
    if (end !== separator) records.push([]);
  }
  return records.filter((record) => record.length > 1 || record[0] !== '');
}
