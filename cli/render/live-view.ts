import { dollars, duration, table } from './numbers.ts';
import { endedItems, type Progress } from './progress.ts';

/** The live view of one run: a few lines that are drawn over again. */
export function renderLive(progress: Progress, width: number): string {
  const { counts, runId, simulated, strategy, state } = progress;
  const head = `${runId}  ${strategy}  ${state}${simulated ? '  [simulated]' : ''}`;
  const steps = progress.steps.map(({ step, finished, meanMs }) => [
    `  ${step}`,
    `${finished}/min`,
    `${(meanMs / 1000).toFixed(2)} s each`,
  ]);
  const lines = [
    head,
    `${bar(endedItems(counts), counts.scheduled, Math.min(40, width - 30))} ${endedItems(counts)}/${counts.scheduled}`,
    outcomeLine(progress),
    ...(steps.length === 0 ? [] : table(steps).split('\n')),
    failureLine(progress),
    timeLine(progress),
    progress.temporalUi === null ? '' : progress.temporalUi,
  ];
  return lines
    .filter((line) => line !== '')
    .map((line) => (line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line))
    .join('\n');
}

/** One line for a pipe or a log file. */
export function renderLine(progress: Progress): string {
  const { counts, runId, simulated } = progress;
  const parts = [
    `${runId}${simulated ? ' [simulated]' : ''}: ${endedItems(counts)}/${counts.scheduled}`,
    outcomeLine(progress),
    failureLine(progress),
    timeLine(progress),
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function outcomeLine({ counts }: Progress): string {
  const names = [
    'answered',
    'unparsed',
    'failed',
    'skipped',
    'cancelled',
    'running',
    'pending',
    'degraded',
  ] as const;
  return names
    .filter((name) => counts[name] > 0)
    .map((name) => `${name} ${counts[name]}`)
    .join(', ');
}

function failureLine({ failures }: Progress): string {
  const classes = Object.entries(failures).filter(([, count]) => count > 0);
  return classes.length === 0
    ? ''
    : `failures: ${classes.map(([name, count]) => `${name} ${count}`).join(', ')}`;
}

function timeLine({ elapsedS, remainingS, spentUsd, simulated }: Progress): string {
  const left = remainingS === null ? '' : `, about ${duration(remainingS)} left`;
  const label = simulated ? ' simulated' : '';
  return `spent ${dollars(spentUsd)}${label}; ${duration(elapsedS)}${left}`;
}

function bar(done: number, all: number, width: number): string {
  const filled = all === 0 ? 0 : Math.round((done / all) * width);
  return `[${'#'.repeat(filled)}${'.'.repeat(Math.max(0, width - filled))}]`;
}
