import type { RunBudget } from '../domain/money/budget.ts';
import { BudgetRefusal } from '../domain/money/budget-gate.ts';
import type {
  AccountLimits,
  CallEnd,
  CallPlace,
  PlaceRequest,
} from '../domain/calls/call-place.ts';
import { crashPoint } from '../domain/crash-points.ts';
import type { Envelope } from '../domain/calls/envelope.ts';
import type { WireReply } from '../domain/calls/model-call.ts';
import type { ChatModelSpec, ImageModelSpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { CallOwner, CallRecord, CallStore, CallUsage } from '../domain/stores/call-store.ts';
import { type AccountGuard, type CallWatch, watchCall } from './account-guard.ts';
import { createTurns } from './in-turn.ts';
import { refuseWhenUsedUp } from './paid-call-budget.ts';
import { type GateDependencies, requireLeave } from './paid-call-gate.ts';
import { makeRequest, settleLeftOvers } from './paid-call-request.ts';
import { activitySignals, type CallSignals } from './paid-call-signals.ts';
import { adoptWinner, findPaid, repeatRefusal } from './paid-call-stored.ts';

export type PaidCallDependencies = GateDependencies & {
  readonly calls: CallStore;
  /**
   * Waits until the account has room, or the signal aborts and its reason is thrown; told how the
   * call ended when the place is given back.
   *
   * @throws {StepError} action `wait`, when that takes longer than a call may wait in a process
   */
  readonly acquire: (request: PlaceRequest, signal: AbortSignal) => Promise<CallPlace>;
  /**
   * Whether there is room to write a reply down; not asked where it is missing.
   *
   * @throws {StepError} action `wait`
   */
  readonly requireRoom?: () => Promise<void>;
  /** Pauses accounts whose provider is out of order; without it none ever is. */
  readonly guard?: AccountGuard;
  /** Closes admission for the whole run: key, quota or model gone, or its budget is spent. */
  readonly stopRun: (runId: string, reason: StepError | BudgetRefusal) => Promise<void>;
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
  /** What its account allows the run. @default what the model says */
  readonly limits?: AccountLimits;
  /** How early its run's calls go where runs share an account. @default the usual one */
  readonly priority?: number;
  /** Prompt and completion tokens that it will probably use, for the account's limit. */
  readonly expectedTokens: number;
  /** What the run may spend; none by default. */
  readonly budget?: RunBudget | null;
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

/**
 * The protocol in front of every paid call: a usable response in the store is returned at cost 0;
 * else the account's limits are waited for, the intent is written, one call is made with one
 * deadline, the raw response is stored before anybody parses it, and the spend is settled. Attempts
 * and waits are counted from this drive's call records, so they survive any crash.
 *
 * @throws {StepError} what failed, and whether to retry, wait, fail the item or stop the run
 * @throws {BudgetRefusal} when the run's budget has no room for the call: the item is skipped
 */
export function createPaidCall(dependencies: PaidCallDependencies) {
  const inTurn = createTurns();
  return function paidCall<Value>(request: PaidRequest<Value>): Promise<PaidResponse<Value>> {
    const { signals = activitySignals() } = request;
    // Two items that ask the same at once: the second finds the first's response in the store.
    return inTurn(request.callKey, () => pay(dependencies, request, signals), signals.waiting);
  };
}
export type PaidCall = ReturnType<typeof createPaidCall>;

async function pay<Value>(
  dependencies: PaidCallDependencies,
  request: PaidRequest<Value>,
  signals: CallSignals,
): Promise<PaidResponse<Value>> {
  const { calls } = dependencies;
  const { owner, model, callKey } = request;
  const stored =
    (await findPaid(calls, request)) ??
    ((await settleLeftOvers(dependencies, request)) ? await findPaid(calls, request) : null);
  if (stored !== null) return stored;
  await requireLeave(dependencies, owner.runId);
  const earlier = (await calls.ofStep(owner)).filter((call) => call.callKey === callKey);
  await repeatRefusal(calls, request, earlier);
  refuseWhenUsedUp(earlier, model);

  const { account, timeoutMs } = model;
  const watch = await watchCall(dependencies.guard, { ...owner, account, timeoutMs });
  try {
    return await payInPlace(dependencies, request, { signals, earlier, watch });
  } finally {
    await watch.leave();
  }
}

async function payInPlace<Value>(
  dependencies: PaidCallDependencies,
  request: PaidRequest<Value>,
  about: {
    readonly signals: CallSignals;
    readonly earlier: readonly CallRecord[];
    readonly watch: CallWatch;
  },
): Promise<PaidResponse<Value>> {
  const { calls, stopRun } = dependencies;
  const { owner, model, callKey, expectedTokens, limits = model, priority } = request;
  const { signals, earlier, watch } = about;
  const place = await dependencies.acquire(
    {
      account: model.account,
      runId: owner.runId,
      ...(priority !== undefined && { priority }),
      ...(signals.askedAt !== undefined && { askedAt: signals.askedAt }),
      ticket: callKey,
      limits,
      expectedTokens,
    },
    signals.waiting,
  );
  let end: CallEnd | null = null;
  try {
    await requireLeave(dependencies, owner.runId);
    await watch.requireOpen();
    signals.waiting.throwIfAborted();
    crashPoint('place-taken');
    const noteEnd = (ended: CallEnd) => void (end = ended);
    const made = await makeRequest(dependencies, request, {
      earlier,
      ended: signals.inFlight,
      noteEnd,
      weigh: watch.weigh,
    });
    return made ?? (await adoptWinner(calls, request));
  } catch (error) {
    if (error instanceof BudgetRefusal && error.mayFitLater) throw untilSettled(error);
    if (endsRun(error)) await stopRun(owner.runId, error);
    throw error;
  } finally {
    place.release(end);
  }
}

/** How soon a call asks again that waits for others to give back what they reserved. */
const reservedMs = 2000;

function untilSettled({ message }: BudgetRefusal): StepError {
  return new StepError('unclassified', 'wait', message, { retryAfterMs: reservedMs });
}

function endsRun(error: unknown): error is StepError | BudgetRefusal {
  return error instanceof BudgetRefusal || (error instanceof StepError && error.action === 'stop');
}
