import type { RunSpec } from '../domain/run-spec.ts';
import type { RunSummary } from '../domain/summary.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** What a run whose drive has ended ends the process with. Items that never ended are not done. */
export function runExitCode(summary: RunSummary, spec: RunSpec): ExitCode {
  const { counts, state, stopReason } = summary;
  if (state === 'cancelled') return exitCodes.interrupted;
  if (state === 'stopped') return stopReason === 'budget' ? exitCodes.budget : exitCodes.provider;
  if (state === 'failed') return exitCodes.internal;
  // Such as items of a cancelled drive that a narrower retry left out.
  if (counts.running + counts.pending > 0) return exitCodes.tooManyFailures;
  const tooManyFailures = exceeds(counts.failed, counts.scheduled, spec.run.failOn);
  const tooManyDegraded = exceeds(counts.degraded, counts.scheduled, spec.run.maxDegraded);
  return tooManyFailures || tooManyDegraded ? exitCodes.tooManyFailures : exitCodes.done;
}

/** A limit up to 1 is a fraction of the scheduled items, above it a count. */
export function exceeds(count: number, scheduled: number, limit: number): boolean {
  return count > (limit <= 1 ? limit * scheduled : limit);
}
