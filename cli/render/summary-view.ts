import type { RunSummary } from '../../domain/summary.ts';
import { dollars, duration, percent } from './numbers.ts';

/** The end of a run in a few lines: every number says what it was divided by. */
export function renderSummary(summary: RunSummary): string {
  const { accuracy, counts, retrieval, simulated, usage } = summary;
  const label = simulated ? ' (simulated)' : '';
  const lines = [
    `${summary.runId}: ${summary.strategy}, ${summary.state}${label}`,
    `  items      ${countLine(summary)}`,
    ...(accuracy === null
      ? ['  accuracy   no gold answers']
      : [
          `  accuracy   ${percent(accuracy.overScheduled)} over scheduled: ${accuracy.correct} of ${accuracy.gold}, ` +
            `95 % interval ${percent(accuracy.ci95[0])} to ${percent(accuracy.ci95[1])} clustered by video${label}`,
          `             ${percent(accuracy.overAnswered)} over answered${label}`,
        ]),
    retrieval === null
      ? '  retrieval  no gold spans or no frame times'
      : `  retrieval  ${percent(retrieval.hitRate)} of ${retrieval.items} items with a span were shown a frame of it${label}`,
    `  spend      paid ${dollars(usage.paid_usd)}, list ${dollars(usage.list_usd)}; ${usage.calls} calls, ` +
      `${usage.cached_calls} from the call store, ${usage.images} pictures${label}`,
    `  time       ${duration(summary.elapsedS)}`,
    ...failureLines(summary),
    ...(counts.degraded > 0
      ? [`  degraded   ${counts.degraded} items searched with an unedited reference frame`]
      : []),
    ...(summary.outputDir === null ? [] : [`  files      ${summary.outputDir}`]),
    ...(summary.temporalUi === null ? [] : [`  Temporal   ${summary.temporalUi}`]),
  ];
  return lines.join('\n');
}

function countLine({ counts }: RunSummary): string {
  const { scheduled, degraded: _, ...rest } = counts;
  const parts = Object.entries(rest).filter(([, count]) => count > 0);
  return `${scheduled} scheduled = ${parts.map(([name, count]) => `${count} ${name}`).join(' + ') || '0'}`;
}

function failureLines({ failures, runId }: RunSummary): string[] {
  const classes = Object.entries(failures);
  if (classes.length === 0) return [];
  return [
    `  failures   ${classes.map(([name, count]) => `${name} ${count}`).join(', ')}`,
    `             videoqa retry ${runId} takes them up again`,
  ];
}
