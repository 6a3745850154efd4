import { StepError } from '../domain/errors/step-error.ts';
import type { Admission } from '../domain/stores/run-store.ts';

export type GateDependencies = {
  /** The run's admission, with the failure that stopped it; null when a person stopped it. */
  readonly admission: (
    runId: string,
  ) => Promise<{ readonly admission: Admission; readonly stop: StepError | null }>;
};

/** How soon a step of a paused run asks again whether it may go on. */
const pausedMs = 5000;

/**
 * Whether a call may be paid for now, asked before the wait for a place and again after it, which
 * may have been long.
 *
 * @throws {StepError} why not
 */
export async function requireLeave({ admission }: GateDependencies, runId: string): Promise<void> {
  const { admission: state, stop } = await admission(runId);
  // `draining` lets items go on that have started, and this one has.
  if (state !== 'stopped') return;
  if (stop !== null) throw stop;
  throw new StepError('unclassified', 'wait', 'The run is paused', { retryAfterMs: pausedMs });
}
