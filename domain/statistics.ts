/** One observation of a mean, with the cluster (video) it belongs to. */
export type Observation = { readonly value: number; readonly cluster: string };

/** Normal quantile of a two-sided 95 % interval. */
const z95 = 1.959963984540054;

/**
 * Mean with a 95 % interval that allows for clusters: questions about one video rise and fall
 * together. Variance of the mean = G/(G-1) * sum over clusters of (sum of residuals)^2 / n^2, the
 * cluster-robust (sandwich) estimator of Liang and Zeger (1986) for a mean, with the usual
 * small-sample factor; normal quantile. One cluster tells nothing about spread: the interval is
 * then [lowest, highest]. Equal observations have no spread either, yet say only so much: the
 * interval is then Wilson's (1927) with the clusters as trials.
 *
 * @param bounds  what the mean can be; the interval is cut there
 * @returns null without observations
 */
export function clusteredMean(
  observations: readonly Observation[],
  bounds: { readonly lowest: number; readonly highest: number } = { lowest: 0, highest: 1 },
): { readonly mean: number; readonly ci95: readonly [number, number] } | null {
  const n = observations.length;
  if (n === 0) return null;
  const mean = observations.reduce((sum, { value }) => sum + value, 0) / n;
  const residuals = new Map<string, number>();
  for (const { value, cluster } of observations) {
    residuals.set(cluster, (residuals.get(cluster) ?? 0) + value - mean);
  }
  const clusters = residuals.size;
  if (clusters < 2) return { mean, ci95: [bounds.lowest, bounds.highest] };
  const squares = [...residuals.values()].reduce((sum, residual) => sum + residual ** 2, 0);
  if (squares === 0) return { mean, ci95: wilson(mean, clusters, bounds) };
  const half = z95 * Math.sqrt(((clusters / (clusters - 1)) * squares) / n ** 2);
  return { mean, ci95: [Math.max(bounds.lowest, mean - half), Math.min(bounds.highest, mean + half)] };
}

/** Wilson's score interval of a rate, stretched to the bounds. */
function wilson(
  mean: number,
  trials: number,
  { lowest, highest }: { readonly lowest: number; readonly highest: number },
): [number, number] {
  const rate = (mean - lowest) / (highest - lowest);
  const weight = z95 ** 2 / trials;
  const centre = (rate + weight / 2) / (1 + weight);
  const half = (z95 / (1 + weight)) * Math.sqrt((rate * (1 - rate)) / trials + weight / (4 * trials));
  const stretch = (value: number): number => lowest + Math.min(1, Math.max(0, value)) * (highest - lowest);
  return [stretch(centre - half), stretch(centre + half)];
}
