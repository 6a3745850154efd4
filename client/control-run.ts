import type { Client } from '@temporalio/client';
import { crashPoint } from '../domain/crash-points.ts';
import type { Admission, RunRecord, RunStore } from '../domain/stores/run-store.ts';
import type { RunState } from '../domain/summary.ts';
import { evaluationWorkflowId } from '../domain/workflow-contract.ts';
import { reconcileDrive } from './start-drive.ts';

/** What a person can do to a run with an open drive. */
export const controlActions = ['pause', 'pause-now', 'resume', 'cancel'] as const;
export type ControlAction = (typeof controlActions)[number];

type Wish = {
  readonly from: readonly RunState[];
  readonly state: RunState;
  /** Null keeps what it is. */
  readonly admission: Admission | null;
};

const wishes: Readonly<Record<ControlAction, Wish>> = {
  pause: { from: ['running'], state: 'paused', admission: 'draining' },
  'pause-now': { from: ['running', 'paused'], state: 'paused', admission: 'stopped' },
  resume: { from: ['paused'], state: 'running', admission: 'open' },
  cancel: { from: ['running', 'paused', 'stopped'], state: 'cancelled', admission: null },
};

/** Whether an action would change a run; a repeated one changes nothing. */
export function wouldChange(action: ControlAction, run: RunRecord): boolean {
  const { from, state, admission } = wishes[action];
  const isAsWished = run.state === state && (admission ?? run.admission) === run.admission;
  return run.driveIsOpen && from.includes(run.state) && !isAsWished;
}

/**
 * Writes an action into the database, which decides: a process that takes the run up later carries
 * it out.
 *
 * @returns whether anything changed
 */
export async function writeWish(
  runs: Pick<RunStore, 'steer'>,
  action: ControlAction,
  run: RunRecord,
): Promise<boolean> {
  if (!wouldChange(action, run)) return false;
  const { from, state, admission } = wishes[action];
  // Cancelling lets started items end; where no call may start any more, that stays.
  const cancelled = run.admission === 'stopped' ? 'stopped' : 'draining';
  const changed = await runs.steer(run.runId, from, { state, admission: admission ?? cancelled });
  crashPoint('wish-written');
  return changed;
}

/**
 * Tells the root workflow of a run what the database says: its window, or that it is cancelled. Safe
 * to repeat. A drive whose workflow is gone cannot be told; a cancelled one is closed then.
 */
export async function tellWorkflow(client: Client, runs: RunStore, runId: string): Promise<void> {
  const run = await runs.get(runId);
  if (run === null || !run.driveIsOpen) return;
  const root = client.workflow.getHandle(evaluationWorkflowId(runId));
  try {
    if (run.state === 'cancelled') await root.cancel();
    else await root.signal('setWindow', run.admission === 'open' ? run.window : 0);
    crashPoint('workflow-told');
  } catch (error) {
    if (!isGone(error)) throw error;
    if (run.state !== 'cancelled' || (await reconcileDrive(client, runs, run))) return;
    // Started just now, or ended.
    await root.cancel().catch((failure: unknown) => {
      if (!isGone(failure)) throw failure;
    });
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowNotFoundError';
}

/** Tells the workflows of all open drives: for a process that takes over from one that has died. */
export async function tellWorkflows(client: Client, runs: RunStore): Promise<void> {
  const open = await runs.openDrives();
  await Promise.all(open.map(({ runId }) => tellWorkflow(client, runs, runId)));
}
