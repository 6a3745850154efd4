import { openFrameSearch } from '../adapters/search/frame-search.ts';
import { topK } from '../domain/frames/similarity.ts';
import { frameVectors, queryVectors, type Content } from './search-vectors.ts';

/** As SigLIP so400m has it. */
export const dimension = 1152;
export const k = 16;
export const batchSize = 16;

/** What one size and content cost. Milliseconds of one call, warm. */
export type SearchMeasurement = {
  readonly frames: number;
  readonly content: Content;
  /** Once per index, cold. */
  readonly openMs: number;
  readonly indexMiB: number;
  readonly one: Times;
  readonly batch: Times;
  /** The plain loop of the domain, with one query. */
  readonly plain: Times;
  /** All rankings of the batch are the plain loop's, to the last bit. */
  readonly isExact: boolean;
};

export type Times = { readonly median: number; readonly p95: number; readonly runs: number };

/** Measures one made-up video; `runs` of single queries, fewer of what takes longer. */
export function measureSearch(about: {
  readonly frames: number;
  readonly content: Content;
  readonly runs: number;
}): SearchMeasurement {
  const { frames, content, runs } = about;
  const vectors = frameVectors(content, frames, dimension);
  const queries = queryVectors(vectors, dimension, batchSize);
  const query = (at: number): Float32Array =>
    queries.subarray(at * dimension, (at + 1) * dimension);

  const start = performance.now();
  const index = openFrameSearch({ vectors, dimension });
  const openMs = performance.now() - start;
  const plainly = Array.from({ length: batchSize }, (_, at) =>
    topK(query(at), vectors, dimension, k),
  );
  const isExact = JSON.stringify(index.search(queries, k)) === JSON.stringify(plainly);

  return {
    frames,
    content,
    openMs,
    indexMiB: index.byteLength / 1024 ** 2,
    one: timesOf(runs, (run) => index.search(query(run % batchSize), k)),
    batch: timesOf(Math.ceil(runs / 4), () => index.search(queries, k)),
    plain: timesOf(Math.ceil(runs / 8), (run) =>
      topK(query(run % batchSize), vectors, dimension, k),
    ),
    isExact,
  };
}

/** Nearest-rank quantiles over `runs` calls, after a few that warm up. */
function timesOf(runs: number, call: (run: number) => unknown): Times {
  for (let run = 0; run < 3; run++) call(run);
  const sorted = Array.from({ length: runs }, (_, run) => {
    const start = performance.now();
    call(run);
    return performance.now() - start;
  }).toSorted((left, right) => left - right);
  const quantile = (share: number): number => sorted[Math.ceil(share * runs) - 1] ?? NaN;
  return { median: quantile(0.5), p95: quantile(0.95), runs };
}
