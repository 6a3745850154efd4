import type { ClassifiedFailure } from './error-table.ts';
import { StepError } from './step-error.ts';
import type { CallRecord } from './stores/call-store.ts';

/** How much one call may try and wait in one drive. */
export type AttemptLimits = {
  readonly provider: string;
  readonly model: string;
  /** Tries that count (action `retry`). */
  readonly maxAttempts: number;
  /** Milliseconds of waiting (action `wait`). */
  readonly maxWaitMs: number;
};

/**
 * Refuses another call when this drive's tries or its waiting time are used up. Both are counted
 * from the call records, so they hold across processes.
 *
 * @param earlier  the drive's calls with this key, oldest first
 * @throws {StepError} with the class of the last failure
 */
export function refuseWhenUsedUp(earlier: readonly CallRecord[], limits: AttemptLimits): void {
  const last = earlier.findLast((call) => call.failureClass !== null);
  const tries = triesOf(earlier);
  if (tries < limits.maxAttempts && waitedMs(earlier) <= limits.maxWaitMs) return;
  const what =
    tries >= limits.maxAttempts ? `${tries} attempts` : `${seconds(waitedMs(earlier))} of waiting`;
  throw new StepError(
    last?.failureClass ?? 'unclassified',
    'fail',
    `${limits.provider} ${limits.model}: given up after ${what}`,
    { attempts: earlier.length },
  );
}

/**
 * What a failed call means for its step: the last try of its class, and a wait longer than what is
 * left, end the step.
 *
 * @param earlier  the drive's calls with this key before the failed one
 */
export function endOfTry(
  failure: ClassifiedFailure,
  earlier: readonly CallRecord[],
  limits: AttemptLimits,
): StepError {
  const attempts = earlier.length + 1;
  const { class: failureClass, retryAfterMs } = failure;
  const wait = waitedMs(earlier) + (retryAfterMs ?? 0);
  if (failure.action === 'wait' && wait > limits.maxWaitMs) {
    const message = `${failure.message}; it would wait for more than ${seconds(limits.maxWaitMs)}`;
    return new StepError(failureClass, 'fail', message, { attempts });
  }
  const same = earlier.filter((call) => call.failureClass === failureClass).length;
  const isLast =
    failure.action === 'retry' &&
    (triesOf(earlier) + 1 >= limits.maxAttempts || same >= (failure.maxRetries ?? Infinity));
  const action = isLast ? (failure.afterwards ?? 'fail') : failure.action;
  return new StepError(failureClass, action, failure.message, { retryAfterMs, attempts });
}

/** How long the drive waited for these calls, in milliseconds. */
export function waitedMs(calls: readonly CallRecord[]): number {
  return calls
    .filter((call) => call.action === 'wait')
    .reduce((sum, call) => sum + (call.retryAfterMs ?? 0), 0);
}

function triesOf(calls: readonly CallRecord[]): number {
  return calls.filter((call) => call.action === 'retry').length;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
