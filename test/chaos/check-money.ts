import type { BillEntry } from '../../simulator/server/bill.ts';
import type { RunState } from '../support/e2e-state.ts';
import type { StoredCall } from './stored-state.ts';
import { repeated, type Violation, violated } from './violation.ts';

/** The sums of many small prices. */
const roundingUsd = 1e-8;

/**
 * Holds the ledger against the bill of a provider that served this run alone: nothing is billed that
 * the ledger does not know, nothing finished was paid for twice, and what may have been paid for
 * twice was in flight when a process died, and is listed.
 *
 * @param inFlight  request ids that were open at each kill; null = nobody was killed from outside
 */
export function checkMoney(
  { ledger }: RunState,
  calls: readonly StoredCall[],
  entries: readonly BillEntry[],
  inFlight: readonly (readonly string[])[] | null,
): Violation[] {
  const billed = entries.filter((entry) => entry.billed);
  const billUsd = billed.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const { settledUsd, openUsd } = ledger;
  const billedAs = new Set(billed.map((entry) => entry.clientRequestId));
  const ofRequest = new Map(calls.map((call) => [call.requestId, call]));
  return [
    ...violated(
      'settled <= bill <= settled + open',
      settledUsd <= billUsd + roundingUsd && billUsd <= settledUsd + openUsd + roundingUsd
        ? []
        : [`settled ${settledUsd}, open ${openUsd}, bill ${billUsd}`],
    ),
    ...violated(
      'every billed request is in the ledger',
      billed
        .map(({ clientRequestId }) => clientRequestId ?? 'a request without a name')
        .filter((requestId) => !ofRequest.has(requestId)),
    ),
    ...violated('no request leaves twice', repeated(entries.map((entry) => entry.clientRequestId))),
    ...violated(
      'a usable reply was billed under the name it was sent with',
      calls
        .filter(({ state }) => state === 'usable')
        .map(({ requestId }) => requestId)
        .filter((requestId) => !billedAs.has(requestId)),
    ),
    ...violated(
      'one reply counts for a call',
      repeated(calls.filter(isWinner).map(({ callKey }) => callKey)),
    ),
    ...violated('surplus payments are listed', unlisted(billed, ofRequest)),
    ...violated('what is open was in flight at a kill', notInFlight(calls, inFlight)),
    ...violated('what was paid twice was in flight at a kill', paidAgain(calls, inFlight)),
  ];
}

function isWinner({ state, isDuplicate }: StoredCall): boolean {
  return state === 'usable' && !isDuplicate;
}

/** Of several payments for one request, all but one are open, duplicate or rejected in the ledger. */
function unlisted(
  billed: readonly BillEntry[],
  ofRequest: ReadonlyMap<string, StoredCall>,
): string[] {
  const usable = billed.filter(({ clientRequestId }) => {
    const call = ofRequest.get(clientRequestId ?? '');
    return call !== undefined && isWinner(call);
  });
  return repeated(usable.map(({ requestHash }) => requestHash));
}

/** Usable replies beyond the first of a call of which no request was under way at any kill. */
function paidAgain(
  calls: readonly StoredCall[],
  inFlight: readonly (readonly string[])[] | null,
): string[] {
  if (inFlight === null) return [];
  const wereOpen = new Set(inFlight.flat());
  const interrupted = new Set(
    calls.filter(({ requestId }) => wereOpen.has(requestId)).map(({ callKey }) => callKey),
  );
  return calls
    .filter(({ isDuplicate, callKey }) => isDuplicate && !interrupted.has(callKey))
    .map(({ requestId }) => requestId);
}

function notInFlight(
  calls: readonly StoredCall[],
  inFlight: readonly (readonly string[])[] | null,
): string[] {
  if (inFlight === null) return [];
  const wereOpen = new Set(inFlight.flat());
  return calls
    .filter(({ state, isSettled }) => state === 'open' && !isSettled)
    .map(({ requestId }) => requestId)
    .filter((requestId) => !wereOpen.has(requestId));
}
