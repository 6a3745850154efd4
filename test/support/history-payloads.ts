import type { WorkflowHandle } from '@temporalio/client';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** Bytes of every payload that a history holds. */
export function payloadBytes(value: unknown): number[] {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  const { metadata, data } = value as { metadata?: unknown; data?: unknown };
  if (typeof metadata === 'object' && data instanceof Uint8Array) return [data.byteLength];
  return Object.values(value).flatMap(payloadBytes);
}

/** Bytes of what the children of a workflow have returned to it. */
export function childResultBytes({ events }: History): number[] {
  return (events ?? []).flatMap((event) =>
    payloadBytes(event.childWorkflowExecutionCompletedEventAttributes?.result),
  );
}
