import type { Comparison } from '../../results/compare-runs.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { dollars, duration, percent, table } from './numbers.ts';

/** Runs side by side, and what each gains over the first. */
export function renderComparison(
  summaries: readonly RunSummary[],
  comparisons: readonly Comparison[],
): string {
  const label = summaries.some(({ simulated }) => simulated) ? ' (all numbers simulated)' : '';
  const rows = summaries.map(({ strategy, accuracy, retrieval, usage, elapsedS }) => [
    strategy,
    accuracy === null ? '-' : `${percent(accuracy.overScheduled)} of ${accuracy.gold}`,
    accuracy === null ? '-' : `${percent(accuracy.ci95[0])} to ${percent(accuracy.ci95[1])}`,
    retrieval === null ? '-' : `${percent(retrieval.hitRate)} of ${retrieval.items}`,
    String(usage.calls),
    String(usage.cached_calls),
    dollars(usage.paid_usd),
    dollars(usage.list_usd),
    duration(elapsedS),
  ]);
  const head = [
    'strategy',
    'accuracy over scheduled',
    '95 % interval',
    'event shown',
    'calls',
    'reused',
    'paid',
    'list price',
    'time',
  ];
  const gains = comparisons.map(
    ({ strategy, baseline, accuracyDifference, ci95, items }) =>
      `${strategy} - ${baseline}: ${points(accuracyDifference)} points, 95 % interval ${points(ci95[0])} to ${points(ci95[1])}, ${items} paired items`,
  );
  return [`Comparison${label}`, table([head, ...rows]), ...gains].join('\n');
}

function points(difference: number): string {
  return `${difference >= 0 ? '+' : ''}${(difference * 100).toFixed(1)}`;
}
