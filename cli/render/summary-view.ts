import { plainText } from '../../domain/text/plain-text.ts';
import type { Usage } from '../../domain/row.ts';
import type { Accuracy, JudgeSummary, RunSummary } from '../../domain/summary.ts';
import { dollars, duration, percent } from './numbers.ts';

/** The end of a run in a few lines: every number says what it was divided by. */
export function renderSummary(summary: RunSummary): string {
  const { accuracy, retrieval, simulated, usage, judgingUsage } = summary;
  const label = simulated ? ' (simulated)' : '';
  const lines = [
    `${summary.runId}: ${summary.strategy}, ${summary.state}${stopReason(summary)}${label}`,
    `  items      ${itemLine(summary)}`,
    ...(accuracy === null
      ? ['  accuracy   no multiple-choice question with a known answer']
      : accuracyLines(accuracy, label)),
    ...(summary.judges ?? []).map((judge) => `  judged     ${judgeLine(judge)}${label}`),
    retrieval === null
      ? '  retrieval  no gold spans or no frame times'
      : `  retrieval  ${percent(retrieval.hitRate)} of ${retrieval.items} items with a gold span were shown a frame of it${label}`,
    `  spend      ${spendOf(usage)}, ${usage.images} pictures${label}`,
    ...(judgingUsage === undefined ? [] : [`  judging    ${spendOf(judgingUsage)}${label}`]),
    `  time       ${duration(summary.elapsedS)}`,
    ...failureLines(summary),
    ...degradedLine(summary),
    ...(summary.outputDir === null ? [] : [`  files      ${summary.outputDir}`]),
    ...(summary.temporalUi === null ? [] : [`  Temporal   ${summary.temporalUi}`]),
  ];
  return lines.join('\n');
}

/** "120 scheduled = 112 answered + 8 failed": the outcomes add up to the scheduled items. */
export function itemLine({ counts }: Pick<RunSummary, 'counts'>): string {
  const { scheduled, degraded: _, ...rest } = counts;
  const parts = Object.entries(rest).filter(([, count]) => count > 0);
  return `${scheduled} scheduled = ${parts.map(([name, count]) => `${count} ${name}`).join(' + ') || '0'}`;
}

/** "paid $1.20, list $1.40; 96 calls, 4 from the call store". */
export function spendOf({ paid_usd: paid, list_usd: list, calls, cached_calls: cached }: Usage) {
  return `paid ${dollars(paid)}, list ${dollars(list)}; ${calls} calls, ${cached} from the call store`;
}

function accuracyLines(
  { correct, gold, overScheduled, overAnswered, ci95 }: Accuracy,
  label: string,
) {
  // The summary does not carry the answered items with gold; correct answers give them away.
  const answered = overAnswered ? ` (${correct} of ${Math.round(correct / overAnswered)})` : '';
  return [
    `  accuracy   ${percent(overScheduled)} over scheduled (${correct} of ${gold} with gold), ` +
      `95 % interval ${percent(ci95[0])} to ${percent(ci95[1])} clustered by video${label}`,
    overAnswered === null
      ? `             nothing with gold was answered${label}`
      : `             ${percent(overAnswered)} over answered${answered}${label}`,
  ];
}

function judgeLine(found: JudgeSummary): string {
  const { judge, dimension, judged, unparsed, failed, pending, scheduled } = found;
  const { yes, accuracy, overScheduled, meanScore } = found;
  const states = `${judged} judged, ${unparsed} unparsed, ${failed} failed, ${pending} not yet`;
  const counts = `${states} of ${scheduled} scheduled`;
  if (meanScore === null) return `${judge}${dimension === null ? '' : ` ${dimension}`}: ${counts}`;
  const overAll =
    overScheduled === null
      ? ''
      : `${percent(overScheduled)} yes over scheduled (${yes} of ${scheduled}), `;
  const verdicts =
    accuracy === null ? '' : `${percent(accuracy)} over judged (${yes} of ${judged}), `;
  const score = `${dimension === null ? '' : `${dimension} `}score ${meanScore.toFixed(2)}`;
  return plainText(`${overAll}${verdicts}${score} by ${judge}: ${counts}`);
}

function stopReason({ stopReason: reason }: RunSummary): string {
  return reason === null ? '' : ` by ${reason}`;
}

function failureLines({ failures, runId, unclassifiedCalls }: RunSummary): string[] {
  const classes = Object.entries(failures).filter(([, count]) => count > 0);
  const odd =
    unclassifiedCalls === 0
      ? []
      : [`  unknown    ${unclassifiedCalls} calls failed in a way that fits no class`];
  if (classes.length === 0) return odd;
  return [
    ...odd,
    `  failures   ${classes.map(([name, count]) => `${name} ${count}`).join(', ')}`,
    `             \`videoqa retry ${runId}\` takes them up again`,
  ];
}

function degradedLine({ counts }: RunSummary): string[] {
  if (counts.degraded === 0) return [];
  return [
    `  degraded   ${counts.degraded} of ${counts.scheduled} items searched with an unedited reference frame`,
  ];
}
