import { Context } from '@temporalio/activity';

/** When a paid call has to end before its deadline. */
export type CallSignals = {
  /** Ends what happens before the request leaves. */
  readonly waiting: AbortSignal;
  /** Ends a request that has left, which may have been paid for by then. */
  readonly inFlight: AbortSignal;
  /** When the step was first scheduled, in milliseconds since 1970; missing outside an activity. */
  readonly askedAt?: number;
};

const never = new AbortController().signal;

/**
 * The signals of the activity this runs in. Cancelling an item ends its waiting, but lets a request
 * in flight finish and keeps its answer; a worker that has to go, or a server that has given the
 * activity to somebody else, ends the request too.
 */
export function activitySignals(): CallSignals {
  const context = currentContext();
  if (context === null) return { waiting: never, inFlight: never };
  const forced = new AbortController();
  const onCancel = () => {
    const details = context.cancellationDetails;
    const isWishOnly =
      details !== undefined && (details.cancelRequested || details.paused) && !isForced(details);
    if (!isWishOnly) forced.abort(context.cancellationSignal.reason);
  };
  if (context.cancellationSignal.aborted) onCancel();
  else context.cancellationSignal.addEventListener('abort', onCancel, { once: true });
  const { scheduledTimestampMs: askedAt } = context.info;
  return { waiting: context.cancellationSignal, inFlight: forced.signal, askedAt };
}

function isForced(details: NonNullable<Context['cancellationDetails']>): boolean {
  return details.workerShutdown || details.timedOut || details.notFound;
}

/** Null outside an activity, as in a test of the protocol alone. */
function currentContext(): Context | null {
  try {
    return Context.current();
  } catch {
    return null;
  }
}

/**
 * One deadline for a request: it aborts after `timeoutMs` with a `TimeoutError`, or with the reason
 * of `ended`. A timer that is kept, because signals made by `AbortSignal.any` have been lost to the
 * garbage collector while somebody waited for them.
 */
export function openDeadline(
  timeoutMs: number,
  ended: AbortSignal,
): { readonly signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const onEnded = () => controller.abort(ended.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException(`no reply in ${timeoutMs} ms`, 'TimeoutError')),
    timeoutMs,
  );
  if (ended.aborted) onEnded();
  else ended.addEventListener('abort', onEnded, { once: true });
  return {
    signal: controller.signal,
    close() {
      clearTimeout(timer);
      ended.removeEventListener('abort', onEnded);
    },
  };
}
