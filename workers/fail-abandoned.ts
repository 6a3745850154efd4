import type { Client } from '@temporalio/client';
import type { JudgementStore } from '../domain/stores/judgement-store.ts';
import type { RunStore } from '../domain/stores/run-store.ts';
import type { StepPlace, StepStore } from '../domain/stores/step-store.ts';
import { evaluationWorkflowId, judgeWorkflowId } from '../domain/workflow-contract.ts';

type AbandonedActivity = Pick<StepPlace, 'workflowId' | 'workflowRunId' | 'activityId'>;

type AbandonedSources = {
  readonly steps: StepStore;
  readonly runs: RunStore;
  readonly judgements: Pick<JudgementStore, 'listOpen'>;
};

/** Temporal's number for an activity that a worker has taken. */
const activityStarted = 2;

/**
 * Tells the server that the activities of dead processes have failed, instead of letting it find
 * out by missing heartbeats: they start again at once. Their workflows no longer wait for the dead
 * process either, which would have their next decisions for 3 s. Only for an embedded server, where
 * no other process can be alive, and before this process takes activities itself.
 *
 * @returns how many activities it ended
 */
export async function failAbandoned(
  client: Client,
  { steps, runs, judgements }: AbandonedSources,
  processId: string,
): Promise<number> {
  const drives = [
    ...(await workflowsOfDrives(client, runs)),
    ...(await workflowsOfJudgings(client, judgements)),
  ];
  const abandoned = [
    ...(await steps.abandoned([processId])),
    ...drives.flatMap(({ started }) => started),
  ];
  const workflows = [...abandoned, ...drives].map(({ workflowId }) => workflowId);
  await Promise.all([...new Set(workflows)].map((workflowId) => letGo(client, workflowId)));
  const ended = await Promise.all(abandoned.map((activity) => failActivity(client, activity)));
  // A refused request has the server forget that the workflow was let go.
  const refused = abandoned.filter((_, index) => !ended[index]);
  await Promise.all(refused.map(({ workflowId }) => letGo(client, workflowId)));
  return ended.filter(Boolean).length;
}

type DriveWorkflow = {
  readonly workflowId: string;
  readonly started: readonly AbandonedActivity[];
  readonly children: readonly string[];
};

/**
 * The roots of open drives and their shards, with the activities that some process had taken:
 * indexing a video, reading a slice, recording outcomes. These leave no step record, so the server
 * is asked, workflow by workflow.
 */
async function workflowsOfDrives(client: Client, runs: RunStore): Promise<DriveWorkflow[]> {
  const drives = await runs.openDrives();
  const trees = await Promise.all(
    drives.map(async ({ runId }) => {
      const root = await describe(client, evaluationWorkflowId(runId));
      const shards = await Promise.all(root.children.map((shard) => describe(client, shard)));
      return [root, ...shards];
    }),
  );
  return trees.flat();
}

/** Judging workflows, whose judgements leave no step record either. */
async function workflowsOfJudgings(
  client: Client,
  judgements: AbandonedSources['judgements'],
): Promise<DriveWorkflow[]> {
  const open = await judgements.listOpen();
  return Promise.all(open.map(({ runId }) => describe(client, judgeWorkflowId(runId))));
}

/** Any worker may have the workflow's next decision. */
async function letGo(client: Client, workflowId: string): Promise<void> {
  const { namespace } = client.options;
  // One that has ended, or that the server does not know, waits for nobody.
  await client.workflowService
    .resetStickyTaskQueue({ namespace, execution: { workflowId } })
    .catch(() => undefined);
}

async function describe(client: Client, workflowId: string): Promise<DriveWorkflow> {
  try {
    const { raw, runId } = await client.workflow.getHandle(workflowId).describe();
    const started = (raw.pendingActivities ?? []).filter(({ state }) => state === activityStarted);
    return {
      workflowId,
      started: started.map(({ activityId }) => ({
        workflowId,
        workflowRunId: runId,
        activityId: activityId ?? '',
      })),
      children: (raw.pendingChildren ?? []).map((child) => child.workflowId ?? ''),
    };
  } catch {
    // A drive whose root was never started, or that the server no longer knows.
    return { workflowId, started: [], children: [] };
  }
}

/** @returns false when it had ended, or was not running: the server knows better */
async function failActivity(
  client: Client,
  { workflowId, workflowRunId, activityId }: AbandonedActivity,
): Promise<boolean> {
  try {
    await client.workflowService.respondActivityTaskFailedById({
      namespace: client.options.namespace,
      workflowId,
      runId: workflowRunId,
      activityId,
      failure: {
        message: 'The worker process ended during this step',
        applicationFailureInfo: { type: 'worker_lost', nextRetryDelay: { nanos: 1_000_000 } },
      },
    });
    return true;
  } catch {
    return false;
  }
}
