import { classifyFailure, type ClassifiedFailure } from '../domain/error-table.ts';
import type { Envelope } from '../domain/envelope.ts';
import type { WireReply } from '../domain/model-call.ts';
import type { ChatModelSpec, ImageModelSpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/step-error.ts';
import type { CallOwner, CallRecord, CallStore, CallUsage } from '../domain/stores/call-store.ts';
import type { Admission } from '../domain/stores/run-store.ts';
import { TransportError } from '../domain/transport-error.ts';

export type PaidCallDependencies = {
  readonly calls: CallStore;
  /** The run's admission, with the failure that stopped it. */
  readonly admission: (runId: string) => Promise<{ readonly admission: Admission; readonly stop: StepError | null }>;
  /** Waits for a free place of the account; returns what gives it back. */
  readonly acquire: (account: string, places: number) => Promise<() => void>;
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
  const { calls, admission, acquire, stopRun } = dependencies;
  return async function paidCall<Value>(request: PaidRequest<Value>): Promise<PaidResponse<Value>> {
    const { owner, model, callKey } = request;
    const stored = await fromStore(calls, request);
    if (stored !== null) return stored;
    const state = await admission(owner.runId);
    if (state.admission === 'stopped' && state.stop !== null) throw state.stop;
    const earlier = (await calls.ofStep(owner)).filter((call) => call.callKey === callKey);
    refuseWhenUsedUp(earlier, model);

    const release = await acquire(model.account, model.concurrency);
    try {
      const failure = await attempt(dependencies, request);
      if (failure === null) return (await fromStore(calls, request, true))!;
      throw stepError(failure, earlier, model);
    } catch (error) {
      if (error instanceof StepError && error.action === 'stop') await stopRun(owner.runId, error);
      throw error;
    } finally {
      release();
    }
  };
}
export type PaidCall = ReturnType<typeof createPaidCall>;

async function fromStore<Value>(
  calls: CallStore,
  { callKey, owner, read, price }: PaidRequest<Value>,
  justMade = false,
): Promise<PaidResponse<Value> | null> {
  const found = await calls.findUsable(callKey);
  if (found === null) return null;
  const { status, body } = found.response;
  const envelope = read({ status, headers: { 'content-type': 'application/json' }, body });
  if (!envelope.ok) {
    throw new StepError('storage', 'fail', `The stored response ${callKey.slice(0, 12)} can no longer be read`);
  }
  const { value, usage } = envelope;
  const isCached = !justMade && !isSameStep(found.record, owner);
  return { value, usage, listUsd: price(usage), isCached };
}

function isSameStep(call: CallRecord, owner: CallOwner): boolean {
  const keys = ['runId', 'itemId', 'sample', 'drive', 'step', 'part'] as const;
  return keys.every((key) => call[key] === owner[key]);
}

/** Makes one request and settles it. @returns why it brought nothing usable, or null */
async function attempt<Value>(
  { calls, processId, now }: PaidCallDependencies,
  { owner, model, callKey, activityId, mostUsd, send, read, price }: PaidRequest<Value>,
): Promise<ClassifiedFailure | null> {
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
  const reply = await send(AbortSignal.timeout(model.timeoutMs), `${callKey.slice(0, 32)}-${n}`).catch(
    (error: unknown) => {
      if (error instanceof TransportError) return error;
      throw error;
    },
  );
  const settle = (
    state: 'open' | 'usable' | 'rejected' | 'unbilled',
    about: { failure: ClassifiedFailure | null; usage: CallUsage | null; priceUsd: number | null; status: number | null },
  ) =>
    calls.settle(callKey, n, {
      state,
      settledAt: now(),
      usage: about.usage,
      priceUsd: about.priceUsd,
      failureClass: about.failure?.class ?? null,
      action: about.failure?.action ?? null,
      retryAfterMs: about.failure?.retryAfterMs ?? null,
      httpStatus: about.status,
    });
  if (reply instanceof TransportError) {
    const failure = classifyFailure({
      provider: model.provider,
      status: null,
      headers: {},
      bodyText: null,
      transport: reply.kind,
    });
    // Whether a request without a reply was billed is not known: it stays a reservation.
    const reachedNobody = reply.kind === 'connect' || reply.kind === 'dns';
    await settle(reachedNobody ? 'unbilled' : 'open', { failure, usage: null, priceUsd: null, status: null });
    return failure;
  }
  const { status, body } = reply;
  await calls.storeResponse(callKey, { n, status, body });
  const envelope = read(reply);
  if (envelope.ok) {
    const { usage } = envelope;
    await settle('usable', { failure: null, usage, priceUsd: price(usage), status });
    return null;
  }
  const { failure, usage } = envelope;
  const isRefusal = status >= 400;
  const state = isRefusal ? 'unbilled' : usage === null ? 'open' : 'rejected';
  const priceUsd = isRefusal ? 0 : usage === null ? null : price(usage);
  await settle(state, { failure, usage, priceUsd, status });
  return failure;
}

/** Ends the step when this drive's tries or its waiting time are used up: before another call is made. */
function refuseWhenUsedUp(earlier: readonly CallRecord[], model: PaidRequest<unknown>['model']): void {
  const last = earlier.findLast((call) => call.failureClass !== null);
  const tries = earlier.filter((call) => call.action === 'retry').length;
  const waits = earlier.filter((call) => call.action === 'wait');
  const waitedMs = waits.reduce((sum, call) => sum + (call.retryAfterMs ?? 0), 0);
  if (tries < model.maxAttempts && waitedMs <= model.maxWaitMs) return;
  const what = tries >= model.maxAttempts ? `${tries} attempts` : `${Math.round(waitedMs / 1000)} s of waiting`;
  throw new StepError(
    last?.failureClass ?? 'unclassified',
    'fail',
    `${model.provider} ${model.model}: given up after ${what}`,
    { attempts: earlier.length },
  );
}

/** Turns the last try of a class into the end of the step. */
function stepError(
  failure: ClassifiedFailure,
  earlier: readonly CallRecord[],
  model: PaidRequest<unknown>['model'],
): StepError {
  const same = earlier.filter((call) => call.failureClass === failure.class).length;
  const tries = earlier.filter((call) => call.action === 'retry').length + 1;
  const isLast =
    failure.action === 'retry' && (tries >= model.maxAttempts || same >= (failure.maxRetries ?? Infinity));
  return new StepError(failure.class, isLast ? 'fail' : failure.action, failure.message, {
    retryAfterMs: failure.retryAfterMs,
    attempts: earlier.length + 1,
  });
}
