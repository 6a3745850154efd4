import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { orchestrationQueue } from '../domain/queues.ts';
import type { EmbeddingSpec, FrameSource, RunSpec } from '../domain/run-spec.ts';
import { beatHeart } from './beat-heart.ts';
import type { Activities } from './compose-activities.ts';
import {
  type Poller,
  pollersOfJob,
  pollersOfJudging,
  pollersOfRun,
  type WorkerRole,
} from './pollers.ts';
import type { PayloadEncryption } from './payload-encryption.ts';
import type { Observer } from './telemetry/observer.ts';
import { observeSteps } from './telemetry/observe-steps.ts';
import { translateErrors } from './translate-errors.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** Long enough for a paid call in flight to end by its own deadline; the SDK's default of 0 would cancel it. */
const shutdownGraceTime = '10 minutes';

export type RunWorkers = {
  /**
   * Starts polling every queue of a run that is not polled yet.
   *
   * @throws {EnvironmentError} when the run's embedding model cannot be used here
   */
  serve(spec: RunSpec): Promise<void>;
  /** The same for an index job. */
  serveJob(source: FrameSource): Promise<void>;
  /** The same for the judging of a run alone. */
  serveJudging(spec: RunSpec): Promise<void>;
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
  readonly role: WorkerRole;
  readonly encryption: PayloadEncryption;
  /** Whether this process has the key that this variable should hold. */
  readonly hasKey: (variable: string | null) => boolean;
  /** Loads a model and has it prove itself. */
  readonly openEmbedder: (embedding: EmbeddingSpec) => Promise<unknown>;
  readonly observers: readonly Partial<Observer>[];
  /** Laid over the options of every worker, and of the one that runs workflows: to measure others. */
  readonly tuning?: {
    readonly all: Partial<WorkerOptions>;
    readonly workflows: Partial<WorkerOptions>;
  };
}): Promise<RunWorkers> {
  const { activities, role, hasKey, openEmbedder, encryption, tuning } = options;
  const interceptors = { activity: [translateErrors, observeSteps(options.observers), beatHeart] };
  const { connection, namespace } = options;
  const { dataConverter } = encryption;
  const shared = { connection, namespace, dataConverter, interceptors, ...tuning?.all };
  const running = new Map<string, Promise<Running>>();
  const lost = new AbortController();
  encryption.keyMissing.catch((error: unknown) => lost.abort(error));

  const poll = async (taskQueue: string, worker: Partial<WorkerOptions>): Promise<void> => {
    const starting =
      running.get(taskQueue) ??
      startWorker({ ...shared, taskQueue, ...worker }, (reason) => lost.abort(reason));
    running.set(taskQueue, starting);
    await starting;
  };
  const pollAll = async (pollers: readonly Poller[]): Promise<void> => {
    for (const { role: needed, embedding, taskQueue, ...worker } of pollers) {
      if (role !== 'all' && role !== needed) continue;
      if (embedding !== null) await openEmbedder(embedding);
      await poll(taskQueue, worker);
    }
  };
  if (role === 'all' || role === 'orchestrate') {
    const worker = { ...(await workflowWorker(encryption)), ...tuning?.workflows };
    await poll(orchestrationQueue, { activities: activities.drive, ...worker });
  }
  return {
    serve: (spec) => pollAll(pollersOfRun(spec, activities, hasKey)),
    serveJob: (source) => pollAll(pollersOfJob(source, activities)),
    serveJudging: (spec) => pollAll(pollersOfJudging(spec, activities, hasKey)),
    failed: rejection(lost.signal),
    close: () => shutDown([...running.values()]),
  };
}

async function workflowWorker({ isOn }: PayloadEncryption): Promise<Partial<WorkerOptions>> {
  return {
    workflowBundle: await workflowBundle(isOn ? 'sealed' : 'plain'),
    // A dead worker's cached workflows go back to the common queue after this.
    stickyQueueScheduleToStartTimeout: '3 seconds',
  };
}

type Running = { readonly worker: Worker; readonly stopped: Promise<void> };

async function shutDown(running: readonly Promise<Running>[]): Promise<void> {
  const started = await Promise.allSettled(running);
  const workers = started.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  for (const { worker } of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  await Promise.allSettled(workers.map(({ stopped }) => stopped));
}

async function startWorker(
  options: WorkerOptions,
  onLost: (reason: unknown) => void,
): Promise<Running> {
  const worker = await Worker.create({ shutdownGraceTime, ...options });
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
