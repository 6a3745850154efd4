import { countRows } from '../../domain/frames/similarity.ts';
import { loadKernels, type Kernels } from '../kernels/load-kernels.ts';

/** The int16 copy of a matrix in WebAssembly memory. */
export type QuantisedRows = {
  readonly byteLength: number;
  /** No value of the matrix is NaN or infinite. */
  readonly isFinite: boolean;
  /**
   * Bounds the scores of all rows for some queries, in one matrix product.
   *
   * @param queries  finite, row-major, shape [1 to `queriesPerPass`, dimension]
   * @returns one per query, good until the next call
   */
  readonly bound: (queries: Float32Array) => ScoreBounds[];
};

/** The score of a row, as `dotWithRow` computes it, is no further than `reach` from `middle`. */
export type ScoreBounds = {
  readonly middle: (row: number) => number;
  readonly reach: (row: number) => number;
};

/** Queries that share one reading of the rows. */
export const queriesPerPass = 16;

/** Rows that stay in the processor's second cache while all queries of a pass meet them. */
const tileBytes = 128 * 1024;

/** Two integer vectors no longer than this have an inner product, and partial sums, below 2^31. */
const longestIntegers = 46_340;

/**
 * Copies a matrix into whole numbers, each row on a scale of its own.
 *
 * @param vectors    row-major, shape [rows, dimension]
 * @param dimension  values per row, at least 1
 * @throws {RangeError} when the shape does not fit, or the copy does not fit into 4 GiB
 * @throws {EnvironmentError} when the kernels are not built
 */
export function quantiseRows(vectors: Float32Array, dimension: number): QuantisedRows {
  const rowCount = countRows(vectors, dimension);
  const stride = Math.ceil(dimension / 32) * 32;
  const rowsPerTile = Math.max(queriesPerPass, Math.floor(tileBytes / (stride * 2)));
  const layout = layOut({ rowCount, stride, dimension, rowsPerTile });
  const { at, buffer } = layout;
  for (let from = 0; from < rowCount; from += rowsPerTile) {
    const values = vectors.subarray(from * dimension, (from + rowsPerTile) * dimension);
    quantise(layout, values, at.rows + from * stride * 2, at.rowFacts + from * factBytes);
  }
  const rowFacts = new Float64Array(buffer, at.rowFacts, rowCount * 3);
  return {
    byteLength: buffer.byteLength,
    isFinite: rowFacts.every(Number.isFinite),
    bound(queries) {
      quantise(layout, queries, at.queries, at.queryFacts);
      const queryCount = countRows(queries, dimension);
      multiply(layout, queryCount);
      return Array.from({ length: queryCount }, (_, query) => {
        const products = new Int32Array(buffer, at.products + query * rowCount * 4, rowCount);
        const queryFacts = new Float64Array(buffer, at.queryFacts + query * factBytes, 3);
        return boundsOf({ products, rowFacts, queryFacts, dimension });
      });
    },
  };
}

/** Of each row: step, length, length of what rounding lost; see `assembly/quantise.ts`. */
const factBytes = 3 * Float64Array.BYTES_PER_ELEMENT;

type Layout = {
  readonly run: Kernels['run'];
  readonly buffer: ArrayBuffer;
  readonly rowCount: number;
  readonly stride: number;
  readonly dimension: number;
  readonly rowsPerTile: number;
  readonly at: {
    readonly rows: number;
    readonly queries: number;
    readonly values: number;
    readonly products: number;
    readonly rowFacts: number;
    readonly queryFacts: number;
  };
};

/** Whatever the kernels read often comes first, on whole cache lines of 64 bytes. */
function layOut(shape: Pick<Layout, 'rowCount' | 'stride' | 'dimension' | 'rowsPerTile'>): Layout {
  const { rowCount, stride, rowsPerTile } = shape;
  const rowsBytes = rowCount * stride * 2;
  const queriesBytes = queriesPerPass * stride * 2;
  const valuesBytes = rowsPerTile * stride * 4;
  const productsBytes = queriesPerPass * rowCount * 4;
  const factsBytes = (rowCount + queriesPerPass) * factBytes;
  const { run, buffer, dataStart } = loadKernels(
    rowsBytes + queriesBytes + valuesBytes + productsBytes + factsBytes,
  );
  const rows = dataStart;
  const queries = rows + rowsBytes;
  const values = queries + queriesBytes;
  const products = values + valuesBytes;
  const rowFacts = products + productsBytes;
  const queryFacts = rowFacts + rowCount * factBytes;
  return { ...shape, run, buffer, at: { rows, queries, values, products, rowFacts, queryFacts } };
}

/** Quantises up to `rowsPerTile` vectors. */
function quantise(layout: Layout, vectors: Float32Array, integers: number, facts: number): void {
  const { run, buffer, at, dimension, stride } = layout;
  const count = vectors.length / dimension;
  for (let row = 0; row < count; row++) {
    const target = new Float32Array(buffer, at.values + row * stride * 4, dimension);
    target.set(vectors.subarray(row * dimension, (row + 1) * dimension));
  }
  // Rounding may lengthen an integer vector by half a unit per value.
  const longest = longestIntegers - 1 - Math.sqrt(dimension) / 2;
  run.quantiseRows(at.values, count, stride, longest, integers, facts);
}

/** The products of all rows with the queries in memory, tile by tile. */
function multiply(layout: Layout, queryCount: number): void {
  const { run, at, rowCount, stride, rowsPerTile } = layout;
  const fours = queryCount - (queryCount % 4);
  for (let from = 0; from < rowCount; from += rowsPerTile) {
    const rows = at.rows + from * stride * 2;
    const count = Math.min(rowsPerTile, rowCount - from);
    const products = at.products + from * 4;
    for (let query = 0; query < queryCount; query += query < fours ? 4 : 1) {
      const queries = at.queries + query * stride * 2;
      const target = products + query * rowCount * 4;
      if (query < fours) {
        run.multiplyRowsByFour(rows, count, stride, queries, target, rowCount * 4);
      } else {
        run.multiplyRows(rows, count, stride, queries, target);
      }
    }
  }
}

/**
 * With x = x' + e and q = q' + f, the exact score x·q is x'·q' + e·q + x'·f, and by the inequality
 * of Cauchy and Schwarz it differs from the known x'·q' by no more than |e||q| + |x'||f|, where
 * |x'| <= |x| + |e|. What float64 rounds on the way, here and in the canonical score, is below
 * `slack` |x||q|: a sum of n products is good to n · 2^-53 of the product of the lengths (Higham,
 * Accuracy and Stability of Numerical Algorithms, section 3.1), and so is each length.
 */
function boundsOf(measured: {
  readonly products: Int32Array;
  readonly rowFacts: Float64Array;
  readonly queryFacts: Float64Array;
  readonly dimension: number;
}): ScoreBounds {
  const { products, rowFacts, queryFacts, dimension } = measured;
  const [step = 0, length = 0, lost = 0] = queryFacts;
  const slack = (8 * dimension + 64) * 2 ** -53;
  const share = lost + slack * length;
  return {
    middle: (row) => products[row]! * rowFacts[3 * row]! * step,
    reach(row) {
      const rowLost = rowFacts[3 * row + 2]!;
      return rowLost * length + (rowFacts[3 * row + 1]! + rowLost) * share;
    },
  };
}
