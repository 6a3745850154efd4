import {
  type ActivityInterceptorsFactory,
  type NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { orchestrationQueue } from '../domain/queues.ts';
import { queuesOf } from '../domain/run-queues.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { beatHeart } from './beat-heart.ts';
import type { Activities } from './compose-activities.ts';
import { translateErrors } from './translate-errors.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** Activities that one worker runs at once. The account limiter, not this, bounds paid calls. */
const slots = { paid: 200, embed: 16, index: 2 } as const;

/** Long enough for a paid call in flight to end by its own deadline; the SDK's default of 0 would cancel it. */
const shutdownGraceTime = '10 minutes';

const activityInterceptors: ActivityInterceptorsFactory[] = [translateErrors, beatHeart];

export type RunWorkers = {
  /** Starts polling every queue of a run that is not polled yet. */
  serve(spec: RunSpec): Promise<void>;
  /** Rejects when a worker stops on its own. */
  readonly failed: Promise<never>;
  /** Stops polling, lets running activities finish, and returns when all workers have stopped. */
  close(): Promise<void>;
};

type PaidModel = RunSpec['models']['answer'] | NonNullable<RunSpec['models']['image']>;

type Poller = {
  readonly taskQueue: string;
  readonly activities: object;
} & Partial<WorkerOptions>;

/** The workers of one process: one for all workflows, and one per queue of the runs it serves. */
export async function startRunWorkers(options: {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: Activities;
  /** Whether this process has the key that this variable should hold. */
  readonly hasKey: (variable: string | null) => boolean;
}): Promise<RunWorkers> {
  const { connection, namespace, activities, hasKey } = options;
  const running = new Map<string, Promise<{ worker: Worker; stopped: Promise<void> }>>();
  const lost = new AbortController();

  const poll = async (poller: Poller): Promise<void> => {
    const starting =
      running.get(poller.taskQueue) ??
      startWorker({ connection, namespace, ...poller }, (reason) => lost.abort(reason));
    running.set(poller.taskQueue, starting);
    await starting;
  };
  await poll({
    taskQueue: orchestrationQueue,
    activities: activities.drive,
    workflowBundle: await workflowBundle(),
    // A dead worker's cached workflows go back to the common queue after this.
    stickyQueueScheduleToStartTimeout: '3 seconds',
  });
  return {
    async serve(spec) {
      for (const poller of pollersOf(spec, activities, hasKey)) await poll(poller);
    },
    failed: rejection(lost.signal),
    async close() {
      const started = await Promise.allSettled(running.values());
      const workers = started.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
      for (const { worker } of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(workers.map(({ stopped }) => stopped));
    },
  };
}

/**
 * Who does the work of a run: one worker per queue, with the activities that belong there. The
 * queue of an account whose key this process lacks is left to others.
 */
function pollersOf(
  spec: RunSpec,
  activities: Activities,
  hasKey: (variable: string | null) => boolean,
): Poller[] {
  const { answer, plan, image, embed, index } = queuesOf(spec);
  const paid = { maxConcurrentActivityTaskExecutions: slots.paid };
  const { models } = spec;
  const account = (taskQueue: string | null, model: PaidModel | null, own: object) =>
    taskQueue !== null && model !== null && hasKey(model.apiKeyEnv)
      ? { taskQueue, activities: own, ...paid }
      : null;
  const pollers: (Poller | null)[] = [
    account(answer, models.answer, activities.model),
    account(plan, models.plan, activities.model),
    account(image, models.image, activities.image),
    embed === null
      ? null
      : {
          taskQueue: embed,
          activities: activities.embed,
          maxConcurrentActivityTaskExecutions: slots.embed,
        },
    index === null
      ? null
      : {
          taskQueue: index,
          activities: activities.index,
          maxConcurrentActivityTaskExecutions: slots.index,
        },
  ];
  return pollers.filter((poller) => poller !== null);
}

async function startWorker(
  options: WorkerOptions,
  onLost: (reason: unknown) => void,
): Promise<{ worker: Worker; stopped: Promise<void> }> {
  const interceptors = { activity: activityInterceptors };
  const worker = await Worker.create({ shutdownGraceTime, interceptors, ...options });
  const stopped = worker.run();
  stopped.catch(onLost);
  return { worker, stopped };
}

function rejection(signal: AbortSignal): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  failed.catch(() => undefined);
  return failed;
}
