import { normal975, studentT975 } from './student-t.ts';

/** One observation of a mean, with the cluster (video) it belongs to. */
export type Observation = { readonly value: number; readonly cluster: string };

/** The observations of one cluster, added up. */
export type ClusterSum = { readonly sum: number; readonly items: number };

/** What the mean can be; an interval is cut there. */
export type Bounds = { readonly lowest: number; readonly highest: number };

export type ClusteredMean = {
  readonly mean: number;
  /** 95 %. */
  readonly ci95: readonly [number, number];
};

/**
 * Mean with a 95 % interval that allows for clusters: questions about one video rise and fall
 * together. The variance of the mean is
 *
 *     G/(G-1) * sum over clusters of (sum of the cluster's residuals)^2 / n^2
 *
 * the cluster-robust (sandwich) estimator of Liang and Zeger (1986) for a mean, with the
 * small-sample factor, and the interval takes Student's t with G - 1 degrees of freedom, both as
 * Cameron and Miller (2015, section VI) advise; Miller (2024, arXiv 2411.00640) uses the same
 * estimator for evaluations of language models.
 *
 * Where it has nothing to say: one cluster tells nothing about other videos, so the interval is
 * all that is possible; clusters that do not differ at all (every answer right, say) get the half
 * width of Wilson's interval for 0 of G, z^2 / (G + z^2), not a false certainty of width 0.
 *
 * @returns null without observations
 */
export function clusteredMean(
  observations: readonly Observation[],
  bounds: Bounds = { lowest: 0, highest: 1 },
): ClusteredMean | null {
  const sums = new Map<string, { sum: number; items: number }>();
  for (const { value, cluster } of observations) {
    const { sum, items } = sums.get(cluster) ?? { sum: 0, items: 0 };
    sums.set(cluster, { sum: sum + value, items: items + 1 });
  }
  return meanOfClusters([...sums.values()], bounds);
}

/**
 * The same from the sum and the number of the observations of each cluster, which is all that it
 * takes.
 *
 * @returns null without observations
 */
export function meanOfClusters(
  clusters: readonly ClusterSum[],
  bounds: Bounds = { lowest: 0, highest: 1 },
): ClusteredMean | null {
  const seen = clusters.filter(({ items }) => items > 0);
  const n = seen.reduce((sum, { items }) => sum + items, 0);
  if (n === 0) return null;
  const mean = seen.reduce((total, { sum }) => total + sum, 0) / n;
  const half = halfWidth(seen, mean, n);
  const ci95 = [
    Math.max(bounds.lowest, mean - half),
    Math.min(bounds.highest, mean + half),
  ] as const;
  return { mean, ci95 };
}

function halfWidth(sums: readonly ClusterSum[], mean: number, n: number): number {
  const clusters = sums.length;
  if (clusters < 2) return Infinity;
  const squares = sums.reduce((total, { sum, items }) => total + (sum - items * mean) ** 2, 0);
  const variance = ((clusters / (clusters - 1)) * squares) / n ** 2;
  // Residuals of equal clusters cancel but for rounding.
  if (variance < 1e-20) return normal975 ** 2 / (clusters + normal975 ** 2);
  return studentT975(clusters - 1) * Math.sqrt(variance);
}

/**
 * Mean of the differences `other - baseline` over the keys that both have, with the interval of
 * `clusteredMean`: pairing takes out what makes an item easy or hard for both.
 *
 * @returns null without a common key
 */
export function pairedDifference(
  baseline: ReadonlyMap<string, Observation>,
  other: ReadonlyMap<string, Observation>,
  bounds: Bounds = { lowest: -1, highest: 1 },
): (ClusteredMean & { readonly items: number }) | null {
  const pairs = [...baseline].flatMap(([key, { value, cluster }]) => {
    const theirs = other.get(key);
    return theirs === undefined ? [] : { value: theirs.value - value, cluster };
  });
  const difference = clusteredMean(pairs, bounds);
  return difference === null ? null : { ...difference, items: pairs.length };
}
