import type { RunCounts, RunState } from '../../domain/summary.ts';
import { dollars, duration, percent, table } from './numbers.ts';
import { plainText } from '../../domain/text/plain-text.ts';
import { endedItems } from './progress.ts';

/** One run as `list` prints it. */
export type ListedRun = {
  readonly runId: string;
  readonly name: string;
  readonly strategy: string;
  readonly simulated: boolean;
  readonly state: RunState;
  readonly stopReason: 'budget' | 'provider' | null;
  readonly drive: number;
  /** A drive is open: a process works on it, or will go on with it. */
  readonly driveIsOpen: boolean;
  readonly counts: RunCounts;
  /** Settled spend; null without prices. */
  readonly spentUsd: number | null;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Seconds since then. */
  readonly ageS: number;
};

/** Runs as a table, newest first; says how many there are when some are not shown. */
export function renderRunList(runs: readonly ListedRun[], total: number): string {
  if (total === 0) return 'No runs yet. `npm start` runs the sample evaluation.';
  const rows = runs.map((run) => {
    const { counts, stopReason, state } = run;
    const ended = endedItems(counts);
    return [
      plainText(run.runId),
      `${state}${stopReason === null ? '' : ` by ${stopReason}`}`,
      `${ended} of ${counts.scheduled}`,
      percent(counts.scheduled === 0 ? null : ended / counts.scheduled),
      String(counts.answered),
      String(counts.failed),
      `${dollars(run.spentUsd)}${run.simulated ? ' simulated' : ''}`,
      duration(run.ageS),
    ];
  });
  const titles = ['run', 'state', 'ended', '', 'answered', 'failed', 'spent', 'age'];
  const more = total - runs.length;
  return [
    table([titles, ...rows]),
    ...(more > 0 ? [`${runs.length} of ${total} runs; --limit ${total} shows all`] : []),
  ].join('\n');
}
