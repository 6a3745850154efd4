import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { crashPoint } from '../domain/crash-points.ts';
import { fairnessKey } from '../domain/fairness-key.ts';
import { queuesOf } from '../domain/run-queues.ts';
import { searchAttributeTypes as types } from '../domain/search-attributes.ts';
import { orchestrationQueue } from '../domain/queues.ts';
import type { DriveSelection, RunRecord, RunStore } from '../domain/stores/run-store.ts';
import { evaluationWorkflowId } from '../domain/workflow-contract.ts';
import type { evaluate } from '../workflows/index.ts';
import { type RootFailure, workflowFailure, workflowState } from './workflow-state.ts';

/** Items plus videos of one shard; keeps a shard's history below 10,000 events. */
const shardLimit = 1000;

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
  // The drive before this one is closed before its root is, which still writes the result files.
  await untilRootEnded(client, run.runId, 30 * 60_000);
  await startRoot(client, run, taken.drive);
  crashPoint('root-started');
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
  const patience = AbortSignal.timeout(patienceMs);
  while ((await rootState(client, runId)) === 'running' && !patience.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return workflowFailure(client, evaluationWorkflowId(runId));
}

async function startRoot(client: Client, { runId, spec }: RunRecord, drive: number): Promise<void> {
  await client.workflow.start<typeof evaluate>('evaluate', {
    workflowId: evaluationWorkflowId(runId),
    taskQueue: orchestrationQueue,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    // Inherited by everything below: queues hand out the tasks of different runs in turn.
    priority: { fairnessKey: fairnessKey(runId) },
    typedSearchAttributes: [
      { key: defineSearchAttributeKey('EvalRunId', types.EvalRunId), value: runId },
      { key: defineSearchAttributeKey('Dataset', types.Dataset), value: spec.dataset.datasetId },
      { key: defineSearchAttributeKey('Strategy', types.Strategy), value: spec.strategy.name },
    ],
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
      },
    ],
  });
}

/** From taking a drive's number to starting its root a process needs a moment. */
const startPatienceMs = 5000;

/**
 * Closes a drive whose root workflow is closed or unknown to the server (terminated in the UI, or
 * never started because the process died), so that it never blocks a run. A drive that another
 * process has only just taken is given time to start.
 *
 * @returns whether it closed one
 */
export async function reconcileDrive(
  client: Client,
  runs: RunStore,
  run: RunRecord,
): Promise<boolean> {
  if (!run.driveIsOpen) return false;
  for (;;) {
    if ((await rootState(client, run.runId)) === 'running') return false;
    const open = (await runs.openDrives()).find(
      ({ runId, drive }) => runId === run.runId && drive === run.drive,
    );
    if (open === undefined) return false;
    if (Date.now() - open.openedAt >= startPatienceMs) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const wasAtWork = run.state === 'running' || run.state === 'paused';
  await runs.closeDrive(run.runId, run.drive, wasAtWork ? 'cancelled' : null);
  return true;
}

/** What the server says of a run's root workflow. */
export function rootState(
  client: Client,
  runId: string,
): Promise<'running' | 'closed' | 'unknown'> {
  return workflowState(client, evaluationWorkflowId(runId));
}
