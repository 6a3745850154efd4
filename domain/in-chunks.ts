/** Cuts 0..total into half-open ranges [from, to) of at most `size`. */
export function inChunks(total: number, size: number): [from: number, to: number][] {
  return Array.from({ length: Math.ceil(total / size) }, (_, chunk) => [
    chunk * size,
    Math.min(total, (chunk + 1) * size),
  ]);
}
