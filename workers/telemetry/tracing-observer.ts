import { newSpanId, type SpanExporter } from '../../adapters/telemetry/span-exporter.ts';
import {
  errorAttributes,
  requestAttributes,
  responseAttributes,
  type SpanAttributes,
  spanName,
  type TracedCall,
} from '../../domain/calls/gen-ai-attributes.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import type { WireReply } from '../../domain/calls/model-call.ts';
import type { Row } from '../../domain/row.ts';
import type { Observer, StepScope } from './observer.ts';
import { currentStep } from './step-scope.ts';

type ItemKey = {
  readonly run: string;
  readonly item: string;
  readonly sample: number;
  readonly drive: number;
};

/**
 * Makes a trace of each item in each drive: the item, its steps below it, and below these one span
 * per paid call. Ids follow from the item, so that processes agree on them without a word.
 */
export function tracingObserver(
  spans: Pick<SpanExporter, 'send'>,
): Pick<Observer, 'stepStarted' | 'callSent' | 'rowsRecorded'> {
  const stepSpans = new WeakMap<StepScope, string>();
  return {
    stepStarted(scope) {
      const key = itemKey(scope);
      if (key === null) return () => undefined;
      const spanId = newSpanId();
      stepSpans.set(scope, spanId);
      const startMs = Date.now();
      return (failure) =>
        spans.send({
          ...idsOf(key),
          spanId,
          parentSpanId: itemSpanId(key),
          name: scope.step ?? scope.activity,
          kind: 'internal',
          startMs,
          endMs: Date.now(),
          attributes: { ...stepAttributes(scope), ...errorType(failure?.class ?? null) },
          errorType: failure?.class ?? null,
        });
    },
    callSent(call) {
      const scope = currentStep();
      const key = scope === null ? null : itemKey(scope);
      if (scope === null || key === null) return () => undefined;
      const parentSpanId = stepSpans.get(scope) ?? itemSpanId(key);
      const startMs = Date.now();
      return (end) =>
        spans.send({ ...callSpan(call, scope, end), ...idsOf(key), parentSpanId, startMs });
    },
    rowsRecorded(rows) {
      for (const row of rows) sendItem(spans, row);
    },
  };
}

function callSpan(
  call: TracedCall,
  scope: StepScope,
  end: WireReply | { readonly error: unknown },
) {
  const came = 'error' in end ? errorAttributes(call, end.error) : responseAttributes(call, end);
  const failed = came['error.type'];
  return {
    spanId: newSpanId(),
    name: spanName(call),
    kind: 'client',
    endMs: Date.now(),
    attributes: {
      ...requestAttributes(call),
      ...came,
      ...stepAttributes(scope),
      'videoqa.account': call.model.account,
    },
    errorType: typeof failed === 'string' ? failed : null,
  } as const;
}

function sendItem(spans: Pick<SpanExporter, 'send'>, row: Row): void {
  const key = { run: row.run_id, item: row.item_id, sample: row.sample, drive: row.drive };
  const endMs = Date.parse(row.finished_at);
  const starts = row.steps.map(({ started_at }) => Date.parse(started_at));
  const failed = row.failure?.class ?? null;
  spans.send({
    ...idsOf(key),
    spanId: itemSpanId(key),
    parentSpanId: null,
    name: `item ${row.strategy}`,
    kind: 'internal',
    startMs: Math.min(endMs, ...starts),
    endMs,
    attributes: {
      ...itemAttributes(key),
      'videoqa.workflow.id': row.workflow_id,
      'videoqa.outcome': row.outcome,
      ...errorType(failed),
    },
    errorType: failed,
  });
}

/** Null for work that belongs to no item, such as the index of a video. */
function itemKey({ run, item, sample, drive }: StepScope): ItemKey | null {
  return item === null ? null : { run, item, sample, drive };
}

function idsOf(key: ItemKey): { readonly traceId: string } {
  return { traceId: digestOf(key).slice(0, 32) };
}

function itemSpanId(key: ItemKey): string {
  return digestOf(key).slice(32, 48);
}

function digestOf({ run, item, sample, drive }: ItemKey): string {
  return sha256Hex(JSON.stringify([run, item, sample, drive]));
}

function itemAttributes({ run, item, sample, drive }: ItemKey): SpanAttributes {
  return {
    'videoqa.run.id': run,
    'videoqa.item.id': item,
    'videoqa.sample': sample,
    'videoqa.drive': drive,
  };
}

function stepAttributes(scope: StepScope): SpanAttributes {
  const key = itemKey(scope);
  return {
    ...(key !== null && itemAttributes(key)),
    'videoqa.step': scope.step ?? scope.activity,
    'videoqa.step.part': scope.part,
    'videoqa.step.attempt': scope.attempt,
    'videoqa.workflow.id': scope.workflowId,
  };
}

function errorType(failed: string | null): SpanAttributes {
  return failed === null ? {} : { 'error.type': failed };
}
