import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  type NativeConnection,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { orchestrationQueue } from '../domain/queues.ts';
import { queuesOf } from '../domain/run-queues.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import type { Activities } from './compose-activities.ts';
import { beatHeart } from './beat-heart.ts';
import { translateErrors } from './translate-errors.ts';

/** Activities that one worker runs at once. The account limiter, not this, bounds paid calls. */
const slots = { paid: 200, embed: 16, index: 2 } as const;

/** Long enough for a paid call in flight to end by its own deadline; the SDK's default of 0 would cancel it. */
const shutdownGraceTime = '10 minutes';

export type RunWorkers = {
  /** Starts polling every queue of a run that is not polled yet. */
  serve(spec: RunSpec): Promise<void>;
  /** Rejects when a worker stops on its own. */
  readonly failed: Promise<never>;
  /** Stops polling, lets running activities finish, and returns when all workers have stopped. */
  close(): Promise<void>;
};

/** The workers of one process: one for all workflows, and one per queue of the runs it serves. */
export async function startRunWorkers(options: {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: Activities;
}): Promise<RunWorkers> {
  const { connection, namespace, activities } = options;
  const workers = new Map<string, { worker: Worker; stopped: Promise<void> }>();
  let fail: (reason: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);

  const start = async (taskQueue: string, own: Partial<WorkerOptions>): Promise<void> => {
    if (workers.has(taskQueue)) return;
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      shutdownGraceTime,
      interceptors: { activity: [translateErrors, beatHeart] },
      ...own,
    });
    const stopped = worker.run();
    stopped.catch(fail);
    workers.set(taskQueue, { worker, stopped });
  };

  await start(orchestrationQueue, {
    workflowBundle: await workflowBundle(),
    activities: activities.drive,
    // A dead worker's cached workflows go back to the common queue after this.
    stickyQueueScheduleToStartTimeout: '3 seconds',
  });
  return {
    async serve(spec) {
      const queues = queuesOf(spec);
      const paid = { maxConcurrentActivityTaskExecutions: slots.paid };
      await start(queues.answer, { ...paid, activities: activities.model });
      await start(queues.plan, { ...paid, activities: activities.model });
      if (queues.image !== null) await start(queues.image, { ...paid, activities: activities.image });
      if (queues.embed === null || queues.index === null) return;
      await start(queues.embed, {
        activities: activities.embed,
        maxConcurrentActivityTaskExecutions: slots.embed,
      });
      await start(queues.index, {
        activities: activities.index,
        maxConcurrentActivityTaskExecutions: slots.index,
      });
    },
    failed,
    async close() {
      const running = [...workers.values()];
      for (const { worker } of running) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(running.map(({ stopped }) => stopped));
    },
  };
}

/** The bundle that `npm run build` made, or one made now when running from source. */
async function workflowBundle(): Promise<WorkflowBundleOption> {
  const built = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  if (!import.meta.url.endsWith('.ts') && existsSync(built)) return { codePath: built };
  return bundleWorkflows();
}

/** Bundles the workflows for the sandbox. */
export function bundleWorkflows(): ReturnType<typeof bundleWorkflowCode> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workflowsPath = fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url));
  return bundleWorkflowCode({ workflowsPath });
}
