import type { WireReply } from '../domain/calls/model-call.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type {
  CallOwner,
  CallRecord,
  CallStore,
  StoredResponse,
} from '../domain/stores/call-store.ts';
import type { PaidRequest, PaidResponse } from './paid-call.ts';

/** The response that counts for this call, if one has been paid for. */
export async function findPaid<Value>(
  calls: CallStore,
  { callKey, owner, read, price }: PaidRequest<Value>,
): Promise<PaidResponse<Value> | null> {
  const found = await calls.findUsable(callKey);
  if (found === null) return null;
  const envelope = read(asReply(found.response));
  if (!envelope.ok) {
    const what = `The stored response ${callKey.slice(0, 12)} can no longer be read`;
    throw new StepError('storage', 'fail', what);
  }
  const { value, usage } = envelope;
  return { value, usage, listUsd: price(usage), isCached: !isSameStep(found.record, owner) };
}

/**
 * Says again that the call was refused, where another request may help: so that a step which begins
 * anew goes on with that one, and does not have the first refused a second time.
 *
 * @param earlier  this drive's records under the call's key, oldest first
 * @throws {StepError} action `fail`, as the refusal was when it came
 */
export async function repeatRefusal<Value>(
  calls: CallStore,
  { callKey, model, read }: PaidRequest<Value>,
  earlier: readonly CallRecord[],
): Promise<void> {
  const last = earlier.findLast((call) => call.failureClass !== null);
  if (last?.action !== 'fail') return;
  const kept = await calls.findResponse(callKey, last.n);
  if (kept === null) return;
  const envelope = read(asReply(kept));
  if (envelope.ok || envelope.failure.remedy === undefined) return;
  const { class: failureClass, message, remedy } = envelope.failure;
  const what = `${model.model}: ${message}`.slice(0, 300);
  throw new StepError(failureClass, 'fail', what, { attempts: earlier.length, remedy });
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

/** What a stored response was as a reply; it was taken as JSON when it came. */
function asReply({ status, body }: StoredResponse): WireReply {
  return { status, headers: { 'content-type': 'application/json' }, body };
}
