import type { ClassifiedFailure } from '../domain/errors/error-table.ts';
import { StepError } from '../domain/errors/step-error.ts';

/** A key that was refused once. Times in milliseconds since 1970. */
type Suspicion = { readonly confirmingUntil: number | null };

/** How one call stands to a key that was refused. */
export type KeyCheck = 'unsuspected' | 'confirms';

/** Keys rotate: this much later a new one may be in place. */
const rotationMs = 1000;

/** A call that confirms has ended by then, or another one may. */
const confirmingMs = 15_000;

/**
 * Lets one call alone find out whether a refused key stays refused, because keys rotate. So a key
 * that is gone costs the calls in flight and one more, however many calls wait.
 */
export function createSuspectKeys(now: () => number) {
  const suspected = new Map<string, Suspicion>();
  return {
    /** @throws {StepError} action `wait` while another call confirms */
    enter(account: string, timeoutMs: number): KeyCheck {
      const suspicion = suspected.get(account);
      if (suspicion === undefined) return 'unsuspected';
      const { confirmingUntil } = suspicion;
      if (confirmingUntil !== null && confirmingUntil > now()) throw isConfirming(account);
      // Whoever is cancelled before it calls must not hold the others up for long.
      suspected.set(account, { confirmingUntil: now() + Math.min(timeoutMs, confirmingMs) });
      return 'confirms';
    },

    /** @throws {StepError} action `wait` when the key was refused since the call asked */
    requireTrusted(account: string, check: KeyCheck): void {
      if (check === 'unsuspected' && suspected.has(account)) throw isConfirming(account);
    },

    /** Takes in how a call ended; a refusal that confirms another stops the run. */
    weigh(
      account: string,
      check: KeyCheck,
      failure: ClassifiedFailure | null,
    ): ClassifiedFailure | null {
      const isRefused = failure?.action === 'retry' && failure.afterwards === 'stop';
      if (check === 'confirms') {
        // The run is still to be stopped: until then what waits must not call.
        if (isRefused) suspected.set(account, { confirmingUntil: now() + rotationMs });
        else suspected.delete(account);
      }
      if (!isRefused) return failure;
      if (check === 'confirms') return { ...failure, action: 'stop' };
      if (!suspected.has(account)) suspected.set(account, { confirmingUntil: null });
      return failure;
    },
  };
}

function isConfirming(account: string): StepError {
  const what = `The key of ${account} was refused; one call finds out whether it stays so`;
  return new StepError('auth', 'wait', what, { retryAfterMs: rotationMs });
}
