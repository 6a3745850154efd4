import type { CallEnd } from '../domain/calls/call-place.ts';
import { crashPoint } from '../domain/crash-points.ts';
import { classifyFailure, type ClassifiedFailure } from '../domain/errors/error-table.ts';
import type { WireReply } from '../domain/calls/model-call.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { CallRecord, CallStore, CallUsage } from '../domain/stores/call-store.ts';
import { TransportError } from '../domain/errors/transport-error.ts';
import { unwatched, type WeighFailure } from './account-guard.ts';
import { decide } from './paid-call-budget.ts';
import { openDeadline } from './paid-call-signals.ts';
import { storeReply } from './store-reply.ts';
import type { PaidCallDependencies, PaidRequest, PaidResponse } from './paid-call.ts';

type Context<Value> = {
  readonly calls: CallStore;
  readonly now: () => number;
  readonly request: PaidRequest<Value>;
  readonly earlier: readonly CallRecord[];
  /** Number of this request under its key. */
  readonly n: number;
  readonly noteEnd: (end: CallEnd) => void;
  readonly weigh: WeighFailure;
  readonly ended: AbortSignal;
};

type Settlement = {
  readonly state: 'open' | 'usable' | 'rejected' | 'unbilled';
  readonly usage: CallUsage | null;
  readonly priceUsd: number | null;
  readonly status: number | null;
};

const notBilled = { state: 'unbilled', usage: null, priceUsd: 0 } as const;

/** Whether it was billed is not known: the reservation stays. */
const stillOpen = { state: 'open', usage: null, priceUsd: null } as const;

/** What one request goes by. */
export type Attempt = {
  /** This drive's records under the call's key, oldest first. */
  readonly earlier: readonly CallRecord[];
  /** Ends a request in flight. */
  readonly ended: AbortSignal;
  /** Told how the request ended, unless it ended by force. */
  readonly noteEnd: (end: CallEnd) => void;
  /** Says what the failure means for the account and the run. */
  readonly weigh: WeighFailure;
};

/**
 * Writes the intent, makes one request and settles it.
 *
 * @returns the response, or null when another request for the same call had won meanwhile
 * @throws {StepError} what the failure means after all that was tried before
 */
export async function makeRequest<Value>(
  { calls, processId, now, requireRoom }: PaidCallDependencies,
  request: PaidRequest<Value>,
  { earlier, ended, noteEnd, weigh }: Attempt,
): Promise<PaidResponse<Value> | null> {
  const { owner, model, callKey, activityId, mostUsd } = request;
  await requireRoom?.();
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
    budget: request.budget ?? null,
  });
  const context = { calls, now, request, earlier, n, noteEnd, weigh, ended };
  crashPoint('intent-written');
  const deadline = openDeadline(model.timeoutMs, ended);
  let reply: WireReply;
  try {
    reply = await request.send(deadline.signal, `${callKey}-${n}`);
  } catch (error) {
    crashPoint('call-failed');
    return await endWithoutReply(context, error);
  } finally {
    deadline.close();
  }
  crashPoint('call-replied');
  return await endWithReply(context, reply);
}

/**
 * Settles replies that a process stored and then died: they are paid for, and a usable one is the
 * answer to this call.
 *
 * @returns whether there were any
 */
export async function settleLeftOvers<Value>(
  { calls, now }: Pick<PaidCallDependencies, 'calls' | 'now'>,
  request: PaidRequest<Value>,
): Promise<boolean> {
  const leftOver = await calls.findUnsettled(request.callKey);
  for (const { n, status, body } of leftOver) {
    const headers = { 'content-type': 'application/json' };
    const { weigh } = unwatched;
    const { signal: ended } = new AbortController();
    const noteEnd = () => undefined;
    const context = { calls, now, request, earlier: [], n, noteEnd, weigh, ended };
    await endWithReply(context, { status, headers, body }).catch((error: unknown) => {
      // A reply that is not usable is settled all the same; this call goes on without it.
      if (!(error instanceof StepError)) throw error;
    });
  }
  return leftOver.length > 0;
}

async function endWithoutReply<Value>(context: Context<Value>, error: unknown): Promise<never> {
  if (error instanceof StepError) {
    // Thrown before anything was sent: no key, no picture.
    const { failureClass, action } = error;
    const decided = { action, retryAfterMs: error.retryAfterMs ?? null };
    await settle(context, { ...notBilled, status: null }, { class: failureClass, ...decided });
    throw error;
  }
  // Ended by force, or by a surprise: the intent stays as it is, as if the process had died.
  if (!(error instanceof TransportError)) throw error;
  const { kind, status, reachedNobody } = error;
  const failure = classifyFailure({
    provider: context.request.model.provider,
    status,
    headers: {},
    bodyText: null,
    transport: kind,
  });
  const spend = reachedNobody || isRefused(status) ? notBilled : stillOpen;
  return await endFailed(context, failure, { ...spend, status });
}

async function endWithReply<Value>(
  context: Context<Value>,
  reply: WireReply,
): Promise<PaidResponse<Value> | null> {
  const { calls, request, n } = context;
  const { status, body } = reply;
  const store = () =>
    storeReply(() => calls.storeResponse(request.callKey, { n, status, body }), context.ended);
  const isRefusal = isRefused(status);
  if (!isRefusal) await store();
  crashPoint('reply-stored');
  const envelope = request.read(reply);
  if (envelope.ok) {
    const { value, usage } = envelope;
    const priceUsd = request.price(usage);
    const winner = await settle(context, { state: 'usable', usage, priceUsd, status }, null);
    await context.weigh(null);
    crashPoint('call-settled');
    return winner === n ? { value, usage, listUsd: priceUsd, isCached: false } : null;
  }
  const { failure, usage } = envelope;
  // What ends an item or a run is kept for whoever has to find out why.
  if (isRefusal && (failure.action === 'fail' || failure.action === 'stop')) await store();
  const spend = isRefusal ? notBilled : spendOf(request, usage);
  return await endFailed(context, failure, { ...spend, status });
}

/** A provider that refuses or redirects a request does not bill it. */
function isRefused(status: number | null): boolean {
  return status !== null && status >= 300;
}

/** A rejected reply is paid for; without figures for its price the reservation stays. */
function spendOf<Value>(
  { mostUsd, price }: PaidRequest<Value>,
  usage: CallUsage | null,
): Omit<Settlement, 'status'> {
  if (usage === null) return stillOpen;
  const priceUsd = price(usage);
  const isUnknown = priceUsd === null && mostUsd !== null;
  return isUnknown ? { ...stillOpen, usage } : { state: 'rejected', usage, priceUsd };
}

async function endFailed<Value>(
  context: Context<Value>,
  found: ClassifiedFailure,
  settlement: Settlement,
): Promise<never> {
  const { request, earlier, n } = context;
  const failure = (await context.weigh(found)) ?? found;
  const decided = decide(failure, earlier, request.model, `${request.callKey}-${n}`);
  const { class: failureClass, slowsGrowth, remedy } = failure;
  await settle(context, settlement, {
    class: failureClass,
    ...decided,
    ...(slowsGrowth && { slowsGrowth }),
  });
  throw new StepError(
    failure.class,
    decided.action,
    `${request.model.model}: ${failure.message}`.slice(0, 300),
    {
      attempts: earlier.length + 1,
      retryAfterMs: decided.retryAfterMs ?? undefined,
      ...(decided.action === 'fail' && { remedy }),
    },
  );
}

function settle<Value>(
  { calls, request, n, now, noteEnd }: Context<Value>,
  { state, usage, priceUsd, status }: Settlement,
  failure: {
    readonly class: StepError['failureClass'];
    readonly action: StepError['action'];
    readonly retryAfterMs: number | null;
    readonly slowsGrowth?: boolean;
  } | null,
): Promise<number | null> {
  const { class: failureClass = null, retryAfterMs = null, slowsGrowth = false } = failure ?? {};
  noteEnd({ usage, failureClass, retryAfterMs, slowsGrowth });
  return calls.settle(request.callKey, n, {
    state,
    settledAt: now(),
    usage,
    priceUsd,
    failureClass,
    action: failure?.action ?? null,
    retryAfterMs,
    httpStatus: status,
  });
}
