/** The median, or null where there is nothing or something is missing. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted[Math.floor(sorted.length / 2)];
  return middle === undefined || sorted.some(Number.isNaN) ? null : middle;
}
