/** The mulberry32 generator: the same seed gives the same numbers from 0 to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ways to make a matrix hard to search: each gives `rows` rows of `dimension` values. */
export const vectorKinds = {
  'any direction': (random, values) => values(() => random() - 0.5),
  'a few values on a grid, so that many scores are equal': (random, values) =>
    values(() => Math.floor(random() * 3) - 1),
  'copies of three rows': (random, _, rows, dimension) => {
    const three = Float32Array.from({ length: 3 * dimension }, () => random() - 0.5);
    return joinRows(rows, dimension, () => {
      const at = Math.floor(random() * 3) * dimension;
      return three.subarray(at, at + dimension);
    });
  },
  'one row with the last bits changed': (random, _, rows, dimension) => {
    const row = Float32Array.from({ length: dimension }, () => random() - 0.5);
    return joinRows(rows, dimension, () => row.map((value) => value * (1 + random() * 3e-7)));
  },
  'one value that outweighs the others': (random, values, rows, dimension) => {
    const vectors = values(() => (random() - 0.5) * 1e-4);
    for (let row = 0; row < rows; row++) {
      vectors[row * dimension + Math.floor(random() * dimension)] = 1;
    }
    return vectors;
  },
  'lengths from the smallest to the largest that float32 holds': (random, _, rows, dimension) =>
    joinRows(rows, dimension, () => {
      const scale = random() < 0.1 ? 0 : 2 ** (random() * 270 - 145);
      return Float32Array.from({ length: dimension }, () => (random() - 0.5) * scale);
    }),
} satisfies Record<
  string,
  (
    random: () => number,
    values: (next: () => number) => Float32Array,
    rows: number,
    dimension: number,
  ) => Float32Array
>;

/** A row-major matrix of one of the kinds. */
export function vectorsOfKind(
  kind: keyof typeof vectorKinds,
  random: () => number,
  shape: { readonly rows: number; readonly dimension: number },
): Float32Array {
  const { rows, dimension } = shape;
  const values = (next: () => number) => Float32Array.from({ length: rows * dimension }, next);
  return vectorKinds[kind](random, values, rows, dimension);
}

function joinRows(rows: number, dimension: number, next: () => Float32Array): Float32Array {
  const joined = new Float32Array(rows * dimension);
  for (let row = 0; row < rows; row++) joined.set(next(), row * dimension);
  return joined;
}
