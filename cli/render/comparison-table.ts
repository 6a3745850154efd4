import type { Comparison } from '../../results/compare-runs.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { dollars, duration, percent, table } from './numbers.ts';

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
] as const;

/** Runs side by side, and what each gains over the first. */
export function renderComparison(
  summaries: readonly RunSummary[],
  comparisons: readonly Comparison[],
): string {
  const label = summaries.some(({ simulated }) => simulated) ? ' (all numbers simulated)' : '';
  const intervals = 'Intervals are 95 %, clustered by video; not answered counts as not right.';
  const gains = comparisons.map(gainLine);
  return [
    `Comparison${label}`,
    table([head, ...summaries.map(runCells)]),
    ...(gains.length === 0 ? [] : ['', ...gains]),
    intervals,
  ].join('\n');
}

function runCells({ strategy, accuracy, retrieval, usage, elapsedS }: RunSummary): string[] {
  return [
    strategy,
    accuracy === null
      ? '-'
      : `${percent(accuracy.overScheduled)} (${accuracy.correct} of ${accuracy.gold})`,
    accuracy === null ? '-' : `${percent(accuracy.ci95[0])} to ${percent(accuracy.ci95[1])}`,
    retrieval === null ? '-' : `${percent(retrieval.hitRate)} of ${retrieval.items}`,
    String(usage.calls),
    String(usage.cached_calls),
    dollars(usage.paid_usd),
    dollars(usage.list_usd),
    duration(elapsedS),
  ];
}

function gainLine({ strategy, baseline, items, ...gain }: Comparison): string {
  const hits =
    gain.hitRateDifference === null ? '' : `; event shown ${points(gain.hitRateDifference)} points`;
  return (
    `${strategy} - ${baseline}: ${points(gain.accuracyDifference)} points, ` +
    `interval ${points(gain.ci95[0])} to ${points(gain.ci95[1])}, ${items} paired items${hits}`
  );
}

function points(difference: number): string {
  return `${difference >= 0 ? '+' : ''}${(difference * 100).toFixed(1)}`;
}
