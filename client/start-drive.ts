import type { Client } from '@temporalio/client';
import { crashPoint } from '../domain/crash-points.ts';
import type { DriveSelection, RunRecord, RunStore } from '../domain/stores/run-store.ts';
import { evaluationWorkflowId } from '../domain/workflow-contract.ts';
import { startRoot } from './root-workflow.ts';
import { type RootFailure, workflowFailure, workflowState } from './workflow-state.ts';

export type StartedDrive = {
  /** Null when nothing was left to do or another drive is at work. */
  readonly drive: number | null;
  readonly selected: number;
  /** The drive already at work, if that is why none was started. */
  readonly openDrive: number | null;
};

/**
 * Takes the next drive number over the selected items and starts the run's root workflow. Safe to
 * repeat: a drive that is open is refused, a root that runs is joined.
 */
export async function startDrive(
  client: Client,
  runs: RunStore,
  run: RunRecord,
  selection: DriveSelection,
): Promise<StartedDrive> {
  const taken = await runs.openDrive(run.runId, selection);
  if (taken.drive === null) return taken;
  crashPoint('drive-opened');
  await startRoot(client, runs, run, taken.drive);
  return taken;
}

/**
 * Waits until a run's root workflow is not running any more, for at most a minute by default.
 *
 * @returns why it failed, if it did
 */
export async function untilRootEnded(
  client: Client,
  runId: string,
  patienceMs = 60_000,
): Promise<RootFailure | null> {
  const workflowId = evaluationWorkflowId(runId);
  const patience = AbortSignal.timeout(patienceMs);
  while ((await workflowState(client, workflowId)) === 'running' && !patience.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return workflowFailure(client, workflowId);
}
