import { endOfTry, refuseWhenUsedUp } from '../domain/call-attempts.ts';
import { classifyFailure, type ClassifiedFailure } from '../domain/error-table.ts';
import type { Envelope } from '../domain/envelope.ts';
import type { WireReply } from '../domain/model-call.ts';
import type { ChatModelSpec, ImageModelSpec, Provider } from '../domain/run-spec.ts';
import { StepError } from '../domain/step-error.ts';
import type { CallOwner, CallRecord, CallStore, CallUsage } from '../domain/stores/call-store.ts';
import type { Admission } from '../domain/stores/run-store.ts';
import { TransportError } from '../domain/transport-error.ts';

export type PaidCallDependencies = {
  readonly calls: CallStore;
  /** The run's admission, with the failure that stopped it. */
  readonly admission: (
    runId: string,
  ) => Promise<{ readonly admission: Admission; readonly stop: StepError | null }>;
  /** Waits for a free place of the account; returns what gives it back. */
  readonly acquire: (account: string, places: number) => Promise<() => void>;
  /** Closes admission for the whole run: key, quota or model gone. */
  readonly stopRun: (runId: string, failure: StepError) => Promise<void>;
  readonly processId: string;
  readonly now: () => number;
};

type PaidModel = ChatModelSpec | ImageModelSpec;

/** One paid request, ready to be sent. */
export type PaidRequest<Value> = {
  readonly owner: CallOwner;
  readonly model: PaidModel;
  readonly callKey: string;
  readonly activityId: string;
  readonly mostUsd: number | null;
  /** Sends it once; `clientRequestId` names it to the provider. */
  readonly send: (signal: AbortSignal, clientRequestId: string) => Promise<WireReply>;
  readonly read: (reply: WireReply) => Envelope<Value>;
  readonly price: (usage: CallUsage) => number | null;
};

export type PaidResponse<Value> = {
  readonly value: Value;
  readonly usage: CallUsage;
  readonly listUsd: number | null;
  /** It had been paid for by another run, item, step or drive. */
  readonly isCached: boolean;
};

/**
 * The protocol in front of every paid call: a usable response in the store is returned at cost 0;
 * else the intent is written, one call is made with one deadline, the raw response is stored before
 * anybody parses it, and the spend is settled. Attempts and waits are counted from this drive's
 * call records, so they survive any crash.
 */
export function createPaidCall(dependencies: PaidCallDependencies) {
  const { calls, acquire, stopRun } = dependencies;
  return async function paidCall<Value>(request: PaidRequest<Value>): Promise<PaidResponse<Value>> {
    const { owner, model, callKey } = request;
    const stored = await fromStore(calls, request);
    if (stored !== null) return stored;
    await refuseWhenStopped(dependencies, owner);
    const earlier = (await calls.ofStep(owner)).filter((call) => call.callKey === callKey);
    refuseWhenUsedUp(earlier, model);

    const release = await acquire(model.account, model.concurrency);
    try {
      // The run may have stopped while this call waited for its place.
      await refuseWhenStopped(dependencies, owner);
      const end = await attempt(dependencies, request);
      if (end.failure !== null) throw endOfTry(end.failure, earlier, model);
      return end.response ?? (await adoptWinner(calls, request));
    } catch (error) {
      if (error instanceof StepError && error.action === 'stop') await stopRun(owner.runId, error);
      throw error;
    } finally {
      release();
    }
  };
}
export type PaidCall = ReturnType<typeof createPaidCall>;

/** How often a call that its run forbids for now looks whether it may go out. */
const pausedRetryMs = 5000;

/** @throws {StepError} what stopped the run, or a wait while it only stands still */
async function refuseWhenStopped(
  { admission }: PaidCallDependencies,
  { runId }: CallOwner,
): Promise<void> {
  const state = await admission(runId);
  if (state.admission !== 'stopped') return;
  const standsStill = new StepError('unclassified', 'wait', 'The run makes no calls for now', {
    retryAfterMs: pausedRetryMs,
  });
  throw state.stop ?? standsStill;
}

async function fromStore<Value>(
  calls: CallStore,
  { callKey, owner, read, price }: PaidRequest<Value>,
): Promise<PaidResponse<Value> | null> {
  const found = await calls.findUsable(callKey);
  if (found === null) return null;
  const { status, body } = found.response;
  const envelope = read({ status, headers: { 'content-type': 'application/json' }, body });
  if (!envelope.ok) {
    throw new StepError(
      'storage',
      'fail',
      `The stored response ${callKey.slice(0, 12)} can no longer be read`,
    );
  }
  const { value, usage } = envelope;
  return { value, usage, listUsd: price(usage), isCached: !isSameStep(found.record, owner) };
}

/** Another attempt's response came first: this one is booked as duplicate, that one is used. */
async function adoptWinner<Value>(
  calls: CallStore,
  request: PaidRequest<Value>,
): Promise<PaidResponse<Value>> {
  const winner = await fromStore(calls, request);
  if (winner !== null) return { ...winner, isCached: false };
  const name = request.callKey.slice(0, 12);
  throw new StepError('storage', 'fail', `The response ${name} is not in the call store`);
}

function isSameStep(call: CallRecord, owner: CallOwner): boolean {
  const keys = ['runId', 'itemId', 'sample', 'drive', 'step', 'part'] as const;
  return keys.every((key) => call[key] === owner[key]);
}

/** `response` is null when another response to the same request counts instead. */
type AttemptEnd<Value> =
  | { readonly failure: ClassifiedFailure }
  | { readonly failure: null; readonly response: PaidResponse<Value> | null };

/** Makes one request and settles it. */
async function attempt<Value>(
  dependencies: PaidCallDependencies,
  request: PaidRequest<Value>,
): Promise<AttemptEnd<Value>> {
  const { calls, processId, now } = dependencies;
  const { owner, model, callKey, activityId, mostUsd, read, price } = request;
  const startedAt = now();
  const n = await calls.openIntent({
    ...owner,
    callKey,
    account: model.account,
    model: model.model,
    activityId,
    processId,
    startedAt,
    deadlineAt: startedAt + model.timeoutMs,
    maxPriceUsd: mostUsd,
  });
  const settle = settlerOf(dependencies, callKey, n);
  const reply = await sendOnce(request, n, settle);
  if (reply instanceof TransportError) {
    const failure = failureOf(model.provider, reply);
    await settle(reply.reachedNobody || isRefusal(reply.status) ? 'unbilled' : 'open', {
      failure,
      httpStatus: reply.status,
    });
    return { failure };
  }
  const { status: httpStatus, body } = reply;
  await calls.storeResponse(callKey, { n, status: httpStatus, body });
  const envelope = read(reply);
  if (envelope.ok) {
    const { value, usage } = envelope;
    const priceUsd = price(usage);
    const winner = await settle('usable', { usage, priceUsd, httpStatus });
    const response = { value, usage, listUsd: priceUsd, isCached: false };
    return { failure: null, response: winner === n ? response : null };
  }
  const { failure, usage } = envelope;
  if (isRefusal(httpStatus)) await settle('unbilled', { failure, usage, priceUsd: 0, httpStatus });
  else if (usage === null) await settle('open', { failure, httpStatus });
  else await settle('rejected', { failure, usage, priceUsd: price(usage), httpStatus });
  return { failure };
}

/** A reply or the way it failed. An error of this side means that nothing was sent. */
async function sendOnce(
  { send, model, callKey }: PaidRequest<unknown>,
  n: number,
  settle: Settle,
): Promise<WireReply | TransportError> {
  try {
    return await send(AbortSignal.timeout(model.timeoutMs), `${callKey.slice(0, 32)}-${n}`);
  } catch (error) {
    if (error instanceof TransportError) return error;
    if (error instanceof StepError) await settle('unbilled', { failure: stepFailure(error) });
    throw error;
  }
}

type Settle = (
  state: 'open' | 'usable' | 'rejected' | 'unbilled',
  about: {
    readonly failure?: Pick<ClassifiedFailure, 'class' | 'action' | 'retryAfterMs'>;
    readonly usage?: CallUsage | null;
    readonly priceUsd?: number | null;
    readonly httpStatus?: number | null;
  },
) => Promise<number | null>;

function settlerOf({ calls, now }: PaidCallDependencies, callKey: string, n: number): Settle {
  return (state, { failure, usage = null, priceUsd = null, httpStatus = null }) =>
    calls.settle(callKey, n, {
      state,
      settledAt: now(),
      usage,
      priceUsd,
      failureClass: failure?.class ?? null,
      action: failure?.action ?? null,
      retryAfterMs: failure?.retryAfterMs ?? null,
      httpStatus,
    });
}

function stepFailure({ failureClass, action }: StepError) {
  return { class: failureClass, action };
}

/** A provider that refuses or redirects a request does not bill it. */
function isRefusal(status: number | null): boolean {
  return status !== null && status >= 300;
}

function failureOf(provider: Provider, { kind, status }: TransportError): ClassifiedFailure {
  return classifyFailure({ provider, status, headers: {}, bodyText: null, transport: kind });
}
