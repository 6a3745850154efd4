import type { FailureMeaning } from '../errors/error-row.ts';

/**
 * What it means that the address of a generated picture did not give it: gone for good, which is
 * spent money, or to be tried again. Fetching costs nothing.
 *
 * @param status  of the address's reply
 */
export function classifyPictureAddress(status: number): FailureMeaning {
  const isGone = status === 403 || status === 404 || status === 410;
  return isGone
    ? { row: 26, class: 'asset_expired', action: 'fail' }
    : { row: 13, class: 'provider_error', action: 'retry' };
}
