import type { PaidCall, PaidCallDependencies } from '../../activities/paid-call.ts';
import type { TracedCall } from '../../domain/calls/gen-ai-attributes.ts';
import type { WireReply } from '../../domain/calls/model-call.ts';
import type { CallStore } from '../../domain/stores/call-store.ts';
import type { RunStore } from '../../domain/stores/run-store.ts';
import type { Observer } from './observer.ts';

type Observers = readonly Partial<Observer>[];
type Acquire = PaidCallDependencies['acquire'];

/** A call store that tells of every call that settles. */
export function observeCallStore(calls: CallStore, observers: Observers): CallStore {
  if (observers.length === 0) return calls;
  const open = new Map<string, { readonly account: string; readonly model: string }>();
  return {
    ...calls,
    async openIntent(intent) {
      const n = await calls.openIntent(intent);
      open.set(`${intent.callKey}-${n}`, { account: intent.account, model: intent.model });
      return n;
    },
    async settle(callKey, n, end) {
      const winner = await calls.settle(callKey, n, end);
      const name = `${callKey}-${n}`;
      // A reply that a process stored before it died is settled by another, which did not send it.
      const sender = open.get(name) ?? { account: 'left-over', model: 'left-over' };
      open.delete(name);
      const isDuplicate = end.state === 'usable' && winner !== n;
      for (const { callSettled } of observers) callSettled?.({ ...sender, ...end, isDuplicate });
      return winner;
    },
  };
}

/** A run store that tells of the rows it has written. */
export function observeRunStore(runs: RunStore, observers: Observers): RunStore {
  if (observers.length === 0) return runs;
  return {
    ...runs,
    async recordRows(runId, drive, rows) {
      await runs.recordRows(runId, drive, rows);
      for (const { rowsRecorded } of observers) rowsRecorded?.(rows);
    },
  };
}

/** The protocol of paid calls, telling of replies that were paid for before. */
export function observePaidCall(paidCall: PaidCall, observers: Observers): PaidCall {
  if (observers.length === 0) return paidCall;
  return async (request) => {
    const response = await paidCall(request);
    if (response.isCached) {
      const { account, model } = request.model;
      const { listUsd } = response;
      for (const { callReused } of observers) callReused?.({ account, model, listUsd });
    }
    return response;
  };
}

/** The limiter, telling how long a place was waited for. */
export function observeAcquire(acquire: Acquire, observers: Observers): Acquire {
  if (observers.length === 0) return acquire;
  return async (request, signal) => {
    const asked = performance.now();
    try {
      return await acquire(request, signal);
    } finally {
      const { account } = request;
      const waitedMs = performance.now() - asked;
      for (const { placeAsked } of observers) placeAsked?.({ account, waitedMs });
    }
  };
}

/** What sends a request, telling of it and of its reply. */
export function observeSending<Sending extends Omit<TracedCall, 'operation'>>(
  operation: TracedCall['operation'],
  send: (sending: Sending) => Promise<WireReply>,
  observers: Observers,
): (sending: Sending) => Promise<WireReply> {
  if (observers.length === 0) return send;
  return async (sending) => {
    const { model, seed } = sending;
    const ends = observers.flatMap(({ callSent }) => callSent?.({ operation, model, seed }) ?? []);
    try {
      const reply = await send(sending);
      for (const end of ends) end(reply);
      return reply;
    } catch (error) {
      for (const end of ends) end({ error });
      throw error;
    }
  };
}
