/** What the groups of an average are where no category of the data set makes them. */
export const byDimension = 'judged dimension';

/** The average that a suite publishes: its name, of which score, over which groups, and which of the two it is. */
export type PublishedAverage = {
  readonly name: string;
  /** The score's name in `scores`; null for judged dimensions, whoever judges. */
  readonly score: string | null;
  readonly by: string;
  readonly kind: 'micro' | 'macro';
};

/** By the format of the data set. */
const published: Readonly<Record<string, PublishedAverage>> = {
  lvbench: { name: 'LVBench Overall', score: 'lvbench', by: 'question_type', kind: 'micro' },
  mvbench: { name: 'MVBench Avg', score: 'mvbench', by: 'task_type', kind: 'micro' },
  mlvu: { name: 'MLVU M-Avg', score: 'exact', by: 'question_type', kind: 'macro' },
  vcgbench: { name: "PLLaVA's Avg_Score", score: null, by: byDimension, kind: 'micro' },
};

/** What a suite publishes of a score over these groups; null where it publishes no average of them. */
export function publishedAverage(
  format: string,
  { score, by }: Pick<PublishedAverage, 'by'> & { readonly score: string },
): PublishedAverage | null {
  const found = published[format];
  if (found?.by !== by) return null;
  return found.score === null || found.score === score ? found : null;
}
