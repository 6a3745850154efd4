import { expect } from 'vitest';
import type { TestServer } from './temporal-server.ts';

type EventKind =
  | 'activityTaskCancelRequested'
  | 'activityTaskFailed'
  | 'workflowExecutionCancelRequested'
  | 'workflowExecutionSignaled';

/**
 * Waits until a workflow's history has an event. Whatever a test does then comes later in it, so the
 * workflow hears of the event first, however slow the machine is.
 */
export async function untilInHistory(
  { client }: Pick<TestServer, 'client'>,
  workflowId: string,
  kind: EventKind,
): Promise<void> {
  const attributes = `${kind}EventAttributes` as const;
  const isThere = async (): Promise<boolean> => {
    const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).some((event) => event[attributes] != null);
  };
  await expect.poll(isThere, { timeout: 30_000, interval: 100 }).toBe(true);
}
