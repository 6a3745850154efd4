import { isRowHit } from '../domain/frames/hit.ts';
import type { Row } from '../domain/row.ts';
import { clusteredMean, type Observation } from '../domain/statistics.ts';
import type { Accuracy, RunSummary } from '../domain/summary.ts';
import { addUsage, noUsage } from '../domain/money/usage.ts';
import { collectJudgements, type JudgedMeasures } from './judged-measures.ts';

/** What the rows of one run add up to. */
export type RunTotals = Pick<RunSummary, 'accuracy' | 'retrieval' | 'usage'> & {
  /** Per scheduled item with known gold: 1 if right. Keyed by item and sample. */
  readonly correctness: ReadonlyMap<string, Observation>;
  /** Per item with a span that ran to an end: 1 if hit. Empty where no frame time is known. */
  readonly hits: ReadonlyMap<string, Observation>;
  /** What judges say, item by item. */
  readonly judged: JudgedMeasures;
};

/**
 * Adds up rows, read once; what stays in memory is one number per item. `scheduledGold` are all
 * items with known gold, also those that have no row yet: they count in the denominator.
 */
export async function totalRows(
  rows: AsyncIterable<Row> | Iterable<Row>,
  scheduledGold: ReadonlyMap<string, string>,
): Promise<RunTotals> {
  const correctness = new Map<string, Observation>(
    [...scheduledGold].map(([key, cluster]) => [key, { value: 0, cluster }]),
  );
  const hits = createHitCount();
  const judged = collectJudgements();
  let usage = noUsage;
  let answered = 0;
  for await (const row of rows) {
    if (row.correct !== null) {
      answered += 1;
      correctness.set(rowKey(row), { value: Number(row.correct), cluster: clusterOf(row) });
    }
    hits.add(row);
    judged.add(row);
    usage = addUsage([usage, row.usage]);
  }
  const hitOfItem = hits.total();
  const hitRate = clusteredMean([...hitOfItem.values()]);
  return {
    accuracy: accuracyOf([...correctness.values()], answered),
    retrieval: hitRate === null ? null : { hitRate: hitRate.mean, items: hitOfItem.size },
    usage,
    correctness,
    hits: hitOfItem,
    judged: judged.total(),
  };
}

/** Names an item and sample among the observations. */
export function observationKey(itemId: string, sample: number): string {
  return `${sample}/${itemId}`;
}

/** Names a row's item and sample among the observations. */
export function rowKey(row: Pick<Row, 'item_id' | 'sample'>): string {
  return observationKey(row.item_id, row.sample);
}

/** The video whose questions rise and fall together. */
function clusterOf(row: Pick<Row, 'video_ids'>): string {
  return row.video_ids[0] ?? '';
}

/**
 * Counts hits over the items with a gold span that ran to an end. One that failed before frames
 * were shown hit nothing, so that failing never raises a rate; but where no frame time is known at
 * all there is no rate.
 */
function createHitCount() {
  const hits = new Map<string, Observation>();
  const shownNothing = new Map<string, Observation>();
  return {
    add(row: Row): void {
      if (row.outcome === 'skipped' || row.outcome === 'cancelled') return;
      const hit = isRowHit(row);
      if (hit === null) return;
      const observations = row.shown.length === 0 ? shownNothing : hits;
      observations.set(rowKey(row), { value: Number(hit), cluster: clusterOf(row) });
    },
    total: (): ReadonlyMap<string, Observation> =>
      hits.size === 0 ? hits : new Map([...hits, ...shownNothing]),
  };
}

function accuracyOf(scheduled: readonly Observation[], answered: number): Accuracy | null {
  const mean = clusteredMean(scheduled);
  if (mean === null) return null;
  const correct = scheduled.reduce((sum, { value }) => sum + value, 0);
  return {
    correct,
    gold: scheduled.length,
    overScheduled: mean.mean,
    overAnswered: answered === 0 ? null : correct / answered,
    ci95: mean.ci95,
  };
}
