import type { ResampleWindows } from './resample-windows.ts';

/** Rows of the target that are made together, and the source rows that they are made of. */
export type Band = {
  readonly from: number;
  readonly to: number;
  readonly sourceFrom: number;
  readonly sourceTo: number;
};

/**
 * Cuts an axis into bands of at most `sourceRows` source rows each; a band has one target row at
 * least, however many source rows that takes. Source rows at a border belong to both sides.
 */
export function planBands(windows: ResampleWindows, sourceRows: number): Band[] {
  const endOf = (row: number): number => windows.starts[row]! + windows.counts[row]!;
  const bands: Band[] = [];
  for (let from = 0; from < windows.starts.length;) {
    const sourceFrom = windows.starts[from]!;
    let to = from + 1;
    while (to < windows.starts.length && endOf(to) - sourceFrom <= sourceRows) to++;
    bands.push({ from, to, sourceFrom, sourceTo: endOf(to - 1) });
    from = to;
  }
  return bands;
}
