import type { Envelope } from '../domain/envelope.ts';
import type { WireReply } from '../domain/model-call.ts';
import type { ChatModelSpec, ImageModelSpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/step-error.ts';
import type { CallOwner, CallRecord, CallStore, CallUsage } from '../domain/stores/call-store.ts';
import type { Admission } from '../domain/stores/run-store.ts';
import { createTurns } from './in-turn.ts';
import { refuseWhenUsedUp } from './paid-call-budget.ts';
import { makeRequest, settleLeftOvers } from './paid-call-request.ts';
import { activitySignals, type CallSignals } from './paid-call-signals.ts';

export type PaidCallDependencies = {
  readonly calls: CallStore;
  /** The run's admission, with the failure that stopped it; null when a person stopped it. */
  readonly admission: (
    runId: string,
  ) => Promise<{ readonly admission: Admission; readonly stop: StepError | null }>;
  /** Waits for a free place of the account; returns what gives it back. */
  readonly acquire: (account: string, places: number, signal: AbortSignal) => Promise<() => void>;
  /** Closes admission for the whole run: key, quota or model gone. */
  readonly stopRun: (runId: string, failure: StepError) => Promise<void>;
  readonly processId: string;
  readonly now: () => number;
};

/** One paid request, ready to be sent. */
export type PaidRequest<Value> = {
  readonly owner: CallOwner;
  readonly model: ChatModelSpec | ImageModelSpec;
  readonly callKey: string;
  readonly activityId: string;
  /** What it may cost at most, in US dollars: the reservation. Null without a price. */
  readonly mostUsd: number | null;
  /**
   * Sends it once; `clientRequestId` names it to the provider.
   *
   * @throws {TransportError} when no whole reply arrived; {StepError} when nothing was sent
   */
  readonly send: (signal: AbortSignal, clientRequestId: string) => Promise<WireReply>;
  readonly read: (reply: WireReply) => Envelope<Value>;
  readonly price: (usage: CallUsage) => number | null;
  /** @default those of the activity */
  readonly signals?: CallSignals;
};

export type PaidResponse<Value> = {
  readonly value: Value;
  readonly usage: CallUsage;
  /** What it costs fresh. */
  readonly listUsd: number | null;
  /** It had been paid for by another run, item, step or drive. */
  readonly isCached: boolean;
};

/** How soon a step of a paused run asks again whether it may go on. */
const pausedMs = 5000;

/**
 * The protocol in front of every paid call: a usable response in the store is returned at cost 0;
 * else the intent is written, one call is made with one deadline, the raw response is stored before
 * anybody parses it, and the spend is settled. Attempts and waits are counted from this drive's
 * call records, so they survive any crash.
 *
 * @throws {StepError} what failed, and whether to retry, wait, fail the item or stop the run
 */
export function createPaidCall(dependencies: PaidCallDependencies) {
  const { calls, acquire, stopRun } = dependencies;
  const inTurn = createTurns();
  return function paidCall<Value>(request: PaidRequest<Value>): Promise<PaidResponse<Value>> {
    // Two items that ask the same at once: the second finds the first's response in the store.
    return inTurn(request.callKey, () => pay(request));
  };

  async function pay<Value>(request: PaidRequest<Value>): Promise<PaidResponse<Value>> {
    const { owner, model, callKey, signals = activitySignals() } = request;
    const stored =
      (await findPaid(calls, request)) ??
      ((await settleLeftOvers(dependencies, request)) ? await findPaid(calls, request) : null);
    if (stored !== null) return stored;
    await requireAdmission(dependencies, owner.runId);
    const earlier = (await calls.ofStep(owner)).filter((call) => call.callKey === callKey);
    refuseWhenUsedUp(earlier, model);

    const release = await acquire(model.account, model.concurrency, signals.waiting);
    try {
      // The wait for a place may have been long.
      await requireAdmission(dependencies, owner.runId);
      signals.waiting.throwIfAborted();
      const made = await makeRequest(dependencies, request, earlier, signals.inFlight);
      return made ?? (await adoptWinner(calls, request));
    } catch (error) {
      if (error instanceof StepError && error.action === 'stop') await stopRun(owner.runId, error);
      throw error;
    } finally {
      release();
    }
  }
}
export type PaidCall = ReturnType<typeof createPaidCall>;

async function requireAdmission({ admission }: PaidCallDependencies, runId: string): Promise<void> {
  const { admission: state, stop } = await admission(runId);
  // `draining` lets items go on that have started, and this one has.
  if (state !== 'stopped') return;
  if (stop !== null) throw stop;
  throw new StepError('unclassified', 'wait', 'The run is paused', { retryAfterMs: pausedMs });
}

/** The response that counts for this call, if one has been paid for. */
async function findPaid<Value>(
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
async function adoptWinner<Value>(
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
