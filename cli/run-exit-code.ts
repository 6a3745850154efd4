import type { RunSpec } from '../domain/run-spec.ts';
import type { RunSummary } from '../domain/summary.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** What a finished run ends the process with. */
export function runExitCode(summary: RunSummary, spec: RunSpec): ExitCode {
  const { counts, state, stopReason } = summary;
  if (state === 'cancelled') return exitCodes.interrupted;
  if (state === 'stopped') return stopReason === 'budget' ? exitCodes.budget : exitCodes.provider;
  if (state === 'failed') return exitCodes.internal;
  const tooManyFailures = exceeds(counts.failed, counts.scheduled, spec.run.failOn);
  const tooManyDegraded = exceeds(counts.degraded, counts.scheduled, spec.run.maxDegraded);
  return tooManyFailures || tooManyDegraded ? exitCodes.tooManyFailures : exitCodes.done;
}

/** A limit up to 1 is a fraction of the scheduled items, above it a count. */
function exceeds(count: number, scheduled: number, limit: number): boolean {
  return count > (limit <= 1 ? limit * scheduled : limit);
}
