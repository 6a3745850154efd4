import type { Client } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { RunSpec } from '../domain/run-spec.ts';
import { composeActivities } from './compose-activities.ts';
import { failAbandoned } from './fail-abandoned.ts';
import { followRuns } from './follow-runs.ts';
import type { Stores } from './open-stores.ts';
import { currentProcessId } from './process-id.ts';
import { startRunWorkers } from './run-workers.ts';
import { workerLogger } from './worker-logger.ts';

/** The workers of this process, serving every run with an open drive. */
export type WorkerHost = {
  /** Has the queues of a run polled before it returns. */
  serve(spec: RunSpec): Promise<void>;
  /** Rejects when a worker stops on its own. */
  readonly failed: Promise<never>;
  /** Lets running activities finish and stops. */
  close(): Promise<void>;
};

export type WorkerHostOptions = {
  readonly stores: Stores;
  readonly environment: NodeJS.ProcessEnv;
  /** Where the worker's log goes; null = nowhere. */
  readonly logFile: string | null;
  /** The embedded server, or null for the cluster that the environment names. */
  readonly embedded: {
    readonly address: string;
    readonly namespace: string;
    readonly client: Client;
  } | null;
};

/**
 * Starts this process's workers. On an embedded server, where no other worker can be alive, the
 * activities of dead processes are ended first so that they start again at once.
 */
export async function startWorkerHost(options: WorkerHostOptions): Promise<WorkerHost> {
  const { stores, environment, embedded } = options;
  installLogger(options.logFile);
  const { connection, namespace } = await connect(embedded);
  const processId = currentProcessId();
  const composed = composeActivities({ stores, environment, processId });
  if (embedded !== null) await failAbandoned(embedded.client, stores, processId);
  const workers = await startRunWorkers({
    connection,
    namespace,
    activities: composed.activities,
    hasKey: (variable) => variable === null || Boolean(environment[variable]),
  });
  const following = followRuns(stores.runs, workers, composed.forgetRun);
  return {
    serve: (spec) => workers.serve(spec),
    failed: Promise.race([workers.failed, following.failed]),
    async close() {
      await following.stop();
      await workers.close();
      await composed.close();
      await connection.close();
    },
  };
}

async function connect(embedded: WorkerHostOptions['embedded']) {
  if (embedded !== null) {
    const { address, namespace } = embedded;
    const connection = await NativeConnection.connect({
      address,
      grpcCompression: { codec: 'none' },
    });
    return { connection, namespace };
  }
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return {
    connection: await NativeConnection.connect(connectionOptions),
    namespace: namespace ?? 'default',
  };
}

let isLogging = false;

/** Temporal's runtime is set up once per process, and signals are the command line's business. */
function installLogger(logFile: string | null): void {
  if (isLogging) return;
  isLogging = true;
  Runtime.install({ logger: workerLogger(logFile), shutdownSignals: [] });
}
