import type { CallOwner, CallRecord } from '../../domain/stores/call-store.ts';
import { fromJsonColumn } from './json-column.ts';
import type { CallColumns } from './schema.ts';

/** A call as the domain knows it. */
export function toCallRecord(call: CallColumns): CallRecord {
  return {
    runId: call.run_id,
    itemId: call.item_id,
    sample: call.sample,
    drive: call.drive,
    step: call.step,
    part: call.part,
    callKey: call.call_key,
    n: call.n,
    state: call.state,
    account: call.account,
    model: call.model,
    activityId: call.activity_id,
    processId: call.process_id,
    startedAt: call.started_at,
    deadlineAt: call.deadline_at,
    settledAt: call.settled_at,
    maxPriceUsd: call.max_price_usd,
    priceUsd: call.price_usd,
    usage: (call.usage_json === null
      ? null
      : fromJsonColumn(call.usage_json, `call ${call.call_key}`)) as CallRecord['usage'],
    failureClass: call.failure_class,
    action: call.action,
    retryAfterMs: call.retry_after_ms,
    httpStatus: call.http_status,
    isDuplicate: call.is_duplicate === 1,
  };
}

/** The columns that say who asked. */
export function ownerColumns({ runId, itemId, sample, drive, step, part }: CallOwner) {
  return { run_id: runId, item_id: itemId, sample, drive, step, part };
}
