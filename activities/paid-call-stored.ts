import { StepError } from '../domain/step-error.ts';
import type { CallOwner, CallRecord, CallStore } from '../domain/stores/call-store.ts';
import type { PaidRequest, PaidResponse } from './paid-call.ts';

/** The response that counts for this call, if one has been paid for. */
export async function findPaid<Value>(
  calls: CallStore,
  { callKey, owner, read, price }: PaidRequest<Value>,
): Promise<PaidResponse<Value> | null> {
  const found = await calls.findUsable(callKey);
  if (found === null) return null;
  const { status, body } = found.response;
  const envelope = read({ status, headers: { 'content-type': 'application/json' }, body });
  if (!envelope.ok) {
    const what = `The stored response ${callKey.slice(0, 12)} can no longer be read`;
    throw new StepError('storage', 'fail', what);
  }
  const { value, usage } = envelope;
  return { value, usage, listUsd: price(usage), isCached: !isSameStep(found.record, owner) };
}

/** Another request for the same call won: its response is taken, our own spend stays on record. */
export async function adoptWinner<Value>(
  calls: CallStore,
  request: PaidRequest<Value>,
): Promise<PaidResponse<Value>> {
  const winner = await findPaid(calls, request);
  if (winner !== null) return { ...winner, isCached: false };
  const what = `The response to call ${request.callKey.slice(0, 12)} is missing`;
  throw new StepError('storage', 'retry', what);
}

function isSameStep(call: CallRecord, owner: CallOwner): boolean {
  const keys = ['runId', 'itemId', 'sample', 'drive', 'step', 'part'] as const;
  return keys.every((key) => call[key] === owner[key]);
}
