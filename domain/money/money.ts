/**
 * US dollars as a whole number of nano-dollars: prices of single tokens are whole at that size, so
 * sums of any length are exact.
 */
export function toNanoUsd(usd: number): number {
  return Math.round(usd * 1e9);
}

/** US dollars of a sum of nano-dollars. */
export function fromNanoUsd(nanoUsd: number): number {
  return nanoUsd / 1e9;
}
