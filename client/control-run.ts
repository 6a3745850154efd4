import type { Client } from '@temporalio/client';
import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';
import { evaluationWorkflowId } from '../domain/workflow-contract.ts';

/** Whether anything changed; repeating an action changes nothing. */
export type ControlResult = { readonly changed: boolean; readonly state: RunRecord['state'] };

/** Whether an action would change a run. */
export const isControllable = {
  pause: ({ state }: RunRecord) => state === 'running',
  resume: ({ state }: RunRecord) => state === 'paused',
  cancel: ({ driveIsOpen }: RunRecord) => driveIsOpen,
} as const;

/** Starts no further item; items under way finish. */
export async function pauseRun(
  client: Client,
  runs: RunStore,
  run: RunRecord,
): Promise<ControlResult> {
  if (!isControllable.pause(run)) return { changed: false, state: run.state };
  await runs.setAdmission(run.runId, 'draining');
  await runs.setState(run.runId, 'paused');
  await signalWindow(client, run.runId, 0);
  return { changed: true, state: 'paused' };
}

/** Lets a paused run go on. */
export async function resumeRun(
  client: Client,
  runs: RunStore,
  run: RunRecord,
): Promise<ControlResult> {
  if (!isControllable.resume(run)) return { changed: false, state: run.state };
  await runs.setAdmission(run.runId, 'open');
  await runs.setState(run.runId, 'running');
  await signalWindow(client, run.runId, run.window);
  return { changed: true, state: 'running' };
}

/** Ends a run: calls in flight finish and are kept, nothing new starts. */
export async function cancelRun(
  client: Client,
  runs: RunStore,
  run: RunRecord,
): Promise<ControlResult> {
  if (!isControllable.cancel(run)) return { changed: false, state: run.state };
  await client.workflow.getHandle(evaluationWorkflowId(run.runId)).cancel();
  await runs.setAdmission(run.runId, 'draining');
  return { changed: true, state: 'cancelled' };
}

async function signalWindow(client: Client, runId: string, window: number): Promise<void> {
  await client.workflow.getHandle(evaluationWorkflowId(runId)).signal('setWindow', window);
}
