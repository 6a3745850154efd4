import type { FailureMeaning } from './error-row.ts';
import type { FailureClass } from '../outcome.ts';

/** Calls that are looked back at. */
export const callsLookedBackAt = 20;

/** One odd item must not stop a run: so many calls have to agree. */
const fewestAgreeing = 5;

/**
 * Whether a failure is the whole run's rather than the item's.
 *
 * @param before  how the run's last calls to the account ended, at most 20 of them, null for a
 *   usable reply; the failed call itself is not among them
 */
export function stopsRun(
  failure: Pick<FailureMeaning, 'class' | 'stopsWhen'>,
  before: readonly (FailureClass | null)[],
): boolean {
  const isSame = before.every((failureClass) => failureClass === failure.class);
  switch (failure.stopsWhen) {
    case 'first-call':
      return isSame && before.length < callsLookedBackAt;
    case 'every-call':
      return isSame;
    case 'early-calls':
      return isSame && before.length + 1 >= fewestAgreeing && before.length < callsLookedBackAt;
    default:
      return false;
  }
}
