import type { Client } from '@temporalio/client';
import type { StepStore } from '../domain/stores/step-store.ts';

/**
 * Tells the server that the activities of dead processes have failed, instead of letting it find
 * out by missing heartbeats: they start again at once. Only for an embedded server, where no other
 * process can be alive.
 *
 * @returns how many it ended
 */
export async function failAbandoned(
  client: Client,
  steps: StepStore,
  processId: string,
): Promise<number> {
  const abandoned = await steps.abandoned([processId]);
  const ended = await Promise.all(
    abandoned.map(async ({ workflowId, workflowRunId, activityId }) => {
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
        return 1;
      } catch {
        // It had ended, or was not running: the server knows better.
        return 0;
      }
    }),
  );
  return ended.reduce<number>((sum, one) => sum + one, 0);
}
