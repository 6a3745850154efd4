import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

/** What the server says of a workflow. */
export async function workflowState(
  client: Client,
  workflowId: string,
): Promise<'running' | 'closed' | 'unknown'> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' ? 'running' : 'closed';
  } catch (error) {
    if (isUnknownWorkflow(error)) return 'unknown';
    throw error;
  }
}

/** Whether a call failed because the server has no such workflow, or it has ended. */
export function isUnknownWorkflow(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowNotFoundError';
}

/** Why a closed workflow failed: its failure class and message. */
export type RootFailure = { readonly type: string; readonly message: string };

/** @returns null while it runs, and when it did not fail with one of our failures */
export async function workflowFailure(
  client: Client,
  workflowId: string,
): Promise<RootFailure | null> {
  if ((await workflowState(client, workflowId)) !== 'closed') return null;
  try {
    await client.workflow.getHandle(workflowId).result();
    return null;
  } catch (error) {
    let cause: unknown = error;
    while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
    if (!(cause instanceof ApplicationFailure)) return null;
    return { type: cause.type ?? 'unclassified', message: cause.message };
  }
}
