import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { openStores, type Stores } from '../../workers/open-stores.ts';

/** The real stores in a folder that goes away with them. */
export async function openTestStores(): Promise<Stores> {
  const folder = await mkdtemp(join(tmpdir(), 'videoqa-activities-'));
  const stores = await openStores(folder, {});
  return {
    ...stores,
    async close() {
      await stores.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs work as a worker would: inside an activity, of which it knows the id and the attempt. */
export function inActivity<Result>(
  work: () => Promise<Result>,
  {
    attempt = 1,
    heartbeats = [],
    workflowRunId = '5f0c',
  }: { attempt?: number; heartbeats?: unknown[]; workflowRunId?: string } = {},
): Promise<Result> {
  const context = {
    info: {
      activityId: 'activity-1',
      attempt,
      workflowExecution: { workflowId: 'eval/r1/i/key-0', runId: workflowRunId },
    },
    cancellationSignal: new AbortController().signal,
    heartbeat: (details: unknown) => void heartbeats.push(details),
  };
  return asyncLocalStorage.run(context as unknown as Context, work);
}
