import { pairedDifference } from '../domain/statistics.ts';
import type { Summarised } from './summarise.ts';

/** One strategy against a baseline over the items both have. */
export type Comparison = {
  readonly baseline: string;
  readonly strategy: string;
  /** Scheduled items with known gold in both runs. */
  readonly items: number;
  readonly accuracyDifference: number;
  /** 95 % interval of the paired difference, clustered by video. */
  readonly ci95: readonly [number, number];
  /** Over the items whose frame times are known in both; null without any. */
  readonly hitRateDifference: number | null;
};

/**
 * Compares runs pairwise with the first one, item by item; what was not answered counts as not
 * right. Runs without common items are left out. Two runs of one strategy go by their run ids.
 */
export function compareRuns([baseline, ...others]: readonly Summarised[]): Comparison[] {
  if (baseline === undefined) return [];
  return others.flatMap((other) => {
    const accuracy = pairedDifference(baseline.totals.correctness, other.totals.correctness);
    if (accuracy === null) return [];
    const hits = pairedDifference(baseline.totals.hits, other.totals.hits);
    const name = baseline.summary.strategy === other.summary.strategy ? 'runId' : 'strategy';
    return {
      baseline: baseline.summary[name],
      strategy: other.summary[name],
      items: accuracy.items,
      accuracyDifference: accuracy.mean,
      ci95: accuracy.ci95,
      hitRateDifference: hits?.mean ?? null,
    };
  });
}
