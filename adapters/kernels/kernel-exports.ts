/**
 * What the module of `assembly/index.ts` exports, function by function: its compiler writes no
 * types for us. Addresses and counts are whole numbers; the contracts stand at the functions.
 */
export type KernelExports = {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly dataStart: () => number;
  readonly scoreRows: (
    rows: number,
    rowCount: number,
    stride: number,
    query: number,
    scores: number,
  ) => void;
};
