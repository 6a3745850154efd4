import type { RunSpec } from '../domain/run-spec.ts';
import type { JudgingRecord } from '../domain/stores/judgement-store.ts';
import type { JudgeSummary, RunSummary } from '../domain/summary.ts';
import type { Stores } from '../workers/open-stores.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { exceeds, runExitCode } from './run-exit-code.ts';

/** What a run and its judging end the process with: the run's own code, else that of the judging. */
export async function judgedExitCode(
  { judgements }: Pick<Stores, 'judgements'>,
  summary: RunSummary,
  spec: RunSpec,
): Promise<ExitCode> {
  const ofRun = runExitCode(summary, spec);
  if (ofRun !== exitCodes.done || summary.judges === undefined) return ofRun;
  return judgingExitCode(await judgements.latest(summary.runId), summary.judges, spec);
}

/** What a judging ends the process with. A reply that cannot be read is no failure. */
export function judgingExitCode(
  judging: Pick<JudgingRecord, 'state' | 'stopReason'> | null,
  judges: readonly JudgeSummary[],
  { run }: Pick<RunSpec, 'run'>,
): ExitCode {
  if (judging?.state === 'cancelled') return exitCodes.interrupted;
  if (judging?.state === 'failed') return exitCodes.internal;
  if (judging?.state === 'stopped')
    return judging.stopReason === 'budget' ? exitCodes.budget : exitCodes.provider;
  const sum = (key: 'judged' | 'unparsed' | 'failed' | 'pending') =>
    judges.reduce((all, judge) => all + judge[key], 0);
  const ended = sum('judged') + sum('unparsed') + sum('failed');
  const isIncomplete = sum('pending') > 0 || exceeds(sum('failed'), ended, run.failOn);
  return isIncomplete ? exitCodes.tooManyFailures : exitCodes.done;
}
