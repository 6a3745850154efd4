/**
 * The rows of a row-major matrix that hold NaN or infinity.
 *
 * @returns their positions, ascending
 */
export function rowsNotFinite(values: Float32Array, dimension: number): number[] {
  const wrong: number[] = [];
  for (let row = 0; row * dimension < values.length; row++) {
    let check = 0;
    // A finite number less itself is 0; NaN and infinity less themselves are NaN.
    for (let at = row * dimension; at < (row + 1) * dimension; at++) {
      check += values[at]! - values[at]!;
    }
    if (check !== 0) wrong.push(row);
  }
  return wrong;
}

/** Names the first five rows and counts the rest: "row 3 (a.jpg), row 5 (b.jpg) and 2 more". */
export function describeRows(rows: readonly number[], names: readonly string[]): string {
  const shown = rows.slice(0, 5).map((row) => `row ${row} (${(names[row] ?? '').slice(0, 80)})`);
  const more = rows.length > 5 ? ` and ${rows.length - 5} more` : '';
  return `${shown.join(', ')}${more}`;
}
