/**
 * What the module of `assembly/index.ts` exports, function by function: its compiler writes no
 * types for us. Addresses and counts are whole numbers; the contracts stand at the functions.
 */
export type KernelExports = {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly dataStart: () => number;
  readonly quantiseRows: (
    rows: number,
    rowCount: number,
    stride: number,
    longest: number,
    integers: number,
    facts: number,
  ) => void;
  readonly multiplyRows: (
    rows: number,
    rowCount: number,
    stride: number,
    query: number,
    products: number,
  ) => void;
  readonly multiplyRowsByFour: (
    rows: number,
    rowCount: number,
    stride: number,
    queries: number,
    products: number,
    productBytes: number,
  ) => void;
  readonly resampleAlong: (
    source: number,
    sourceStride: number,
    rowCount: number,
    spans: number,
    weights: number,
    weightsStride: number,
    pixelCount: number,
    target: number,
    targetStride: number,
  ) => void;
  readonly resampleAcross: (
    source: number,
    stride: number,
    spans: number,
    weights: number,
    weightsStride: number,
    rowCount: number,
    target: number,
  ) => void;
};
