import type { AccountPause } from '../../domain/stores/pause-store.ts';
import { createPaint } from './colour.ts';
import { dollars, duration, percent, table } from './numbers.ts';
import { plainText } from '../../domain/text/plain-text.ts';
import { endedItems, type Progress } from './progress.ts';

/**
 * The live view of one run: a few lines that are drawn over again, none longer than the terminal
 * is wide.
 *
 * @param colour  whether colours may be used
 */
export function renderLive(progress: Progress, width: number, colour = false): string {
  const paint = createPaint(colour);
  const { counts, runId, simulated, strategy, state, temporalUi } = progress;
  const done = endedItems(counts);
  const share = counts.scheduled === 0 ? null : done / counts.scheduled;
  const lines: readonly (readonly [string, (text: string) => string])[] = [
    [`${runId}  ${strategy}  ${state}${simulated ? '  [simulated]' : ''}`, paint.bold],
    [
      `${bar(share ?? 0, Math.min(40, width - 32))} ${done} of ${counts.scheduled} ended, ${percent(share)}`,
      paint.green,
    ],
    [outcomeLine(progress), unpainted],
    ...stepLines(progress).map((line) => [line, paint.dim] as const),
    [failureLine(progress), paint.red],
    ...progress.pauses.map((pause) => [pauseLine(pause), paint.red] as const),
    [timeLine(progress), unpainted],
    [temporalUi ?? '', paint.dim],
  ];
  return lines
    .filter(([text]) => text !== '')
    .map(([text, painted]) => painted(cutTo(width, plainText(text))))
    .join('\n');
}

/** One line for a pipe or a log file. */
export function renderLine(progress: Progress): string {
  const { counts, runId, simulated } = progress;
  const parts = [
    `${runId}${simulated ? ' [simulated]' : ''}: ${endedItems(counts)} of ${counts.scheduled} ended`,
    outcomeLine(progress),
    failureLine(progress),
    ...progress.pauses.map((pause) => pauseLine(pause)),
    timeLine(progress),
  ];
  return plainText(parts.filter((part) => part !== '').join('; '));
}

function outcomeLine({ counts }: Progress): string {
  const names = ['answered', 'unparsed', 'failed', 'skipped', 'cancelled', 'running', 'pending'];
  const parts = Object.entries(counts)
    .filter(([name, count]) => names.includes(name) && count > 0)
    .map(([name, count]) => `${name} ${count}`);
  return [...parts, ...(counts.degraded > 0 ? [`degraded ${counts.degraded} of these`] : [])].join(
    ', ',
  );
}

function stepLines({ steps }: Progress): string[] {
  if (steps.length === 0) return [];
  const cells = steps.map(({ step, finished, meanMs }) => [
    `  ${step}`,
    `${finished}/min`,
    `${(meanMs / 1000).toFixed(2)} s each`,
  ]);
  return table(cells).split('\n');
}

function failureLine({ failures, unclassifiedCalls }: Progress): string {
  const classes = Object.entries(failures).filter(([, count]) => count > 0);
  const items = classes.map(([name, count]) => `${name} ${count}`).join(', ');
  const calls = unclassifiedCalls === 0 ? '' : `unclassified calls: ${unclassifiedCalls}`;
  return [items === '' ? '' : `failures: ${items}`, calls].filter((part) => part !== '').join('; ');
}

function pauseLine({ account, reason, until }: AccountPause, now: number = Date.now()): string {
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return `${account} paused: ${reason}, next probe in ${seconds} s`;
}

function timeLine({ elapsedS, remainingS, spentUsd, simulated }: Progress): string {
  const left = remainingS === null ? '' : `, about ${duration(remainingS)} left`;
  const label = simulated ? ' simulated' : '';
  return `spent ${dollars(spentUsd)}${label}; ${duration(elapsedS)}${left}`;
}

function bar(share: number, width: number): string {
  if (width < 4) return '';
  const filled = Math.round(share * width);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`;
}

function cutTo(width: number, text: string): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}

function unpainted(text: string): string {
  return text;
}
