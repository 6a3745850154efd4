import type { ClassifiedFailure } from '../domain/errors/error-table.ts';
import { sha256Hex } from '../domain/hashing.ts';
import type { FailureAction } from '../domain/errors/step-error.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { CallRecord } from '../domain/stores/call-store.ts';

/** What one call may try and wait in one drive. */
export type CallBudget = {
  readonly model: string;
  readonly maxAttempts: number;
  readonly maxWaitMs: number;
};

/** A wait is lengthened by up to this share, so that callers do not come back all at once. */
const mostSpread = 0.1;
/** The same of a pause that nobody asked for. */
const mostBackoffSpread = 0.5;

/**
 * Refuses another request where this drive's records already say the last word: the attempts or the
 * waiting time are used up, or the call had failed for good and the process died before it could
 * say so. Requests whose process died count neither as attempt nor as wait.
 *
 * @param earlier  this drive's records under the call's key, oldest first
 * @throws {StepError} action `fail`, with the class of the last failure
 */
export function refuseWhenUsedUp(earlier: readonly CallRecord[], budget: CallBudget): void {
  const last = earlier.findLast((call) => call.failureClass !== null);
  if (last === undefined || last.failureClass === null) return;
  const attempts = attemptsOf(earlier);
  const waitedMs = waitedMsOf(earlier);
  const isOver =
    last.action === 'fail' || attempts >= budget.maxAttempts || waitedMs > budget.maxWaitMs;
  if (!isOver) return;
  const tried = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  const waited = waitedMs > 0 ? ` and ${Math.round(waitedMs / 1000)} s of waiting` : '';
  throw new StepError(
    last.failureClass,
    'fail',
    `${budget.model}: given up after ${tried}${waited}; last: ${last.failureClass}`,
    { attempts: earlier.length },
  );
}

/**
 * Turns what a failure asks for into what is done: the last attempt of its class or of all, and a
 * wait that no longer fits, end the call. Waits get a little longer by chance.
 *
 * @param identity  names this request; the chance is drawn from it
 */
export function decide(
  failure: ClassifiedFailure,
  earlier: readonly CallRecord[],
  budget: CallBudget,
  identity: string,
): { readonly action: FailureAction; readonly retryAfterMs: number | null } {
  const { action, maxRetries = Number.POSITIVE_INFINITY, afterwards = 'fail' } = failure;
  const retried = earlier.filter((call) => call.failureClass === failure.class).length;
  const retryAfterMs = delayOf(failure, retried, identity);
  if (action === 'retry') {
    if (retried >= maxRetries) return { action: afterwards, retryAfterMs: null };
    const isLast = attemptsOf(earlier) + 1 >= budget.maxAttempts;
    return isLast ? { action: afterwards, retryAfterMs: null } : { action, retryAfterMs };
  }
  if (action === 'wait') {
    const isTooLong = waitedMsOf(earlier) + (retryAfterMs ?? 0) > budget.maxWaitMs;
    return isTooLong ? { action: 'fail', retryAfterMs: null } : { action, retryAfterMs };
  }
  return { action, retryAfterMs: null };
}

/** As long as the provider asks, else doubling with each retry; null = as the worker sees fit. */
function delayOf(
  { retryAfterMs, backoff }: ClassifiedFailure,
  retried: number,
  identity: string,
): number | null {
  if (retryAfterMs !== undefined) return spread(retryAfterMs, identity, mostSpread);
  if (backoff === undefined) return null;
  const backoffMs = Math.min(backoff.mostMs, backoff.firstMs * 2 ** retried);
  return spread(backoffMs, identity, mostBackoffSpread);
}

function attemptsOf(calls: readonly CallRecord[]): number {
  return calls.filter((call) => call.action !== null && call.action !== 'wait').length;
}

/** How long the drive waited for these calls, in milliseconds. */
export function waitedMsOf(calls: readonly CallRecord[]): number {
  return calls
    .filter((call) => call.action === 'wait')
    .reduce((sum, call) => sum + (call.retryAfterMs ?? 0), 0);
}

/** Never less than asked; the same for the same request, so that tests need no dice. */
function spread(ms: number, identity: string, share: number): number {
  const draw = Number.parseInt(sha256Hex(identity).slice(0, 8), 16) / 2 ** 32;
  return Math.round(ms * (1 + share * draw));
}
