/** What the groups of an average are where no category of the data set makes them. */
export const byDimension = 'judged dimension';

/** The average that a suite publishes: its name, over which groups, and which of the two it is. */
export type PublishedAverage = {
  readonly name: string;
  readonly by: string;
  readonly kind: 'micro' | 'macro';
};

/** By the format of the data set. */
const published: Readonly<Record<string, PublishedAverage>> = {
  lvbench: { name: 'LVBench Overall', by: 'question_type', kind: 'micro' },
  mvbench: { name: 'MVBench Avg', by: 'task_type', kind: 'micro' },
  mlvu: { name: 'MLVU M-Avg', by: 'question_type', kind: 'macro' },
  vcgbench: { name: "PLLaVA's Avg_Score", by: byDimension, kind: 'micro' },
};

/** What a suite publishes of these groups; null where it publishes no average of them. */
export function publishedAverage(format: string, by: string): PublishedAverage | null {
  const found = published[format];
  return found?.by === by ? found : null;
}
