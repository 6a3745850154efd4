import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { crashPoint } from '../domain/crash-points.ts';
import { fairnessKey } from '../domain/fairness-key.ts';
import { judgeQueuesOf, queuesOf } from '../domain/run-queues.ts';
import { searchAttributeTypes as types } from '../domain/search-attributes.ts';
import { orchestrationQueue } from '../domain/queues.ts';
import type { RunRecord, RunStore } from '../domain/stores/run-store.ts';
import { evaluationWorkflowId } from '../domain/workflow-contract.ts';
import type { evaluate } from '../workflows/index.ts';
import { isUnknownWorkflow } from './workflow-state.ts';

/** Items plus videos of one shard; keeps a shard's history below 10,000 events. */
const shardLimit = 1000;

/** The newest root workflow of a run. */
type Root = {
  readonly isRunning: boolean;
  /** The drive it was started for; null where there is no root, or one of version 0.2. */
  readonly drive: number | null;
};

/**
 * Starts the root workflow of an open drive, when that of the drive before has ended (it still
 * writes result files after its drive is closed), and tells it what was wanted of the run before it
 * was there. Safe to repeat, also by several processes at once: a root that runs is joined, and one
 * that comes after its drive was closed finds nothing to do.
 */
export async function startRoot(
  client: Client,
  runs: RunStore,
  { runId, spec }: Pick<RunRecord, 'runId' | 'spec'>,
  drive: number,
): Promise<void> {
  const judgeQueues = judgeQueuesOf(spec);
  if (!(await hasRoot(client, runId, drive))) {
    await client.workflow.start<typeof evaluate>('evaluate', {
      workflowId: evaluationWorkflowId(runId),
      taskQueue: orchestrationQueue,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      // Inherited by everything below: queues hand out the tasks of different runs in turn.
      priority: { fairnessKey: fairnessKey(runId), priorityKey: spec.run.priority },
      typedSearchAttributes: [
        { key: defineSearchAttributeKey('EvalRunId', types.EvalRunId), value: runId },
        { key: defineSearchAttributeKey('Dataset', types.Dataset), value: spec.dataset.datasetId },
        { key: defineSearchAttributeKey('Strategy', types.Strategy), value: spec.strategy.name },
      ],
      memo: { drive },
      staticSummary: `${spec.strategy.name} on ${spec.dataset.datasetId}, drive ${drive}`,
      args: [
        {
          runId,
          drive,
          dataset: spec.dataset.datasetId,
          strategy: spec.strategy.name,
          queues: queuesOf(spec),
          window: spec.run.itemsInFlight,
          shardLimit,
          ...(judgeQueues !== null && { judgeQueues }),
        },
      ],
    });
  }
  crashPoint('root-started');
  const now = await runs.get(runId);
  if (now !== null && !isAsStarted(now, spec.run.itemsInFlight))
    await tellWorkflow(client, runs, runId);
}

/** Whether the root of a drive was started, after that of another drive has ended. */
async function hasRoot(client: Client, runId: string, drive: number): Promise<boolean> {
  const patience = AbortSignal.timeout(30 * 60_000);
  for (;;) {
    const root = await rootOf(client, runId);
    if (root.drive === drive) return true;
    if (!root.isRunning || patience.aborted) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isAsStarted({ state, admission, window }: RunRecord, startedWindow: number): boolean {
  return state !== 'cancelled' && admission === 'open' && window === startedWindow;
}

/**
 * Tells the root workflow of a run what the database says: its window, or that it is cancelled. Safe
 * to repeat. A drive without a root is put right as `reconcileDrive` does.
 */
export async function tellWorkflow(client: Client, runs: RunStore, runId: string): Promise<void> {
  const run = await runs.get(runId);
  if (run === null || !run.driveIsOpen) return;
  const root = await rootOf(client, runId);
  if (!root.isRunning) {
    await reconcileDrive(client, runs, run);
    return;
  }
  // Whoever waits for the root of an earlier drive to end tells the next one.
  if (root.drive !== null && root.drive !== run.drive) return;
  const handle = client.workflow.getHandle(evaluationWorkflowId(runId));
  try {
    if (run.state === 'cancelled') await handle.cancel();
    else await handle.signal('setWindow', run.admission === 'open' ? run.window : 0);
    crashPoint('workflow-told');
  } catch (error) {
    // It has ended just now.
    if (!isUnknownWorkflow(error)) throw error;
  }
}

/** Tells the workflows of all open drives: for a process that takes over from one that has died. */
export async function tellWorkflows(client: Client, runs: RunStore): Promise<void> {
  const open = await runs.openDrives();
  await Promise.all(open.map(({ runId }) => tellWorkflow(client, runs, runId)));
}

/**
 * Puts a drive right that has no root workflow, so that it never blocks a run. One that never had a
 * root, because the process that opened it has died or is about to start it, gets its root. One
 * whose root is closed (terminated in the Temporal UI) is closed, too.
 *
 * @returns whether it closed the drive
 */
export async function reconcileDrive(
  client: Client,
  runs: RunStore,
  { runId, drive, driveIsOpen }: Pick<RunRecord, 'runId' | 'drive' | 'driveIsOpen'>,
): Promise<boolean> {
  if (!driveIsOpen) return false;
  const root = await rootOf(client, runId);
  if (root.isRunning) return false;
  // Asked afterwards: a root closes its drive before it ends.
  const run = await runs.get(runId);
  if (run === null || !run.driveIsOpen || run.drive !== drive) return false;
  if (root.drive !== drive) {
    await startRoot(client, runs, run, drive);
    return false;
  }
  const wasAtWork = run.state === 'running' || run.state === 'paused';
  await runs.closeDrive(runId, drive, wasAtWork ? 'cancelled' : null);
  return true;
}

async function rootOf(client: Client, runId: string): Promise<Root> {
  try {
    const { status, memo } = await client.workflow
      .getHandle(evaluationWorkflowId(runId))
      .describe();
    const drive = memo?.['drive'];
    return {
      isRunning: status.name === 'RUNNING',
      drive: typeof drive === 'number' ? drive : null,
    };
  } catch (error) {
    if (isUnknownWorkflow(error)) return { isRunning: false, drive: null };
    throw error;
  }
}
