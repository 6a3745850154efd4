import type { Client } from '@temporalio/client';
import { NativeConnection, Runtime, type TelemetryOptions } from '@temporalio/worker';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { createSecretHider, secretsIn } from '../adapters/secrets/hide-secrets.ts';
import type { Embedder } from '../adapters/embedding/embedder.ts';
import type { ListenAddress } from '../domain/config/listen-address.ts';
import { crashPoint } from '../domain/crash-points.ts';
import type { EmbeddingDevice, FrameSource, RunSpec } from '../domain/run-spec.ts';
import type { EnvironmentError } from '../domain/errors/usage-error.ts';
import { composeActivities } from './compose-activities.ts';
import { failAbandoned } from './fail-abandoned.ts';
import { followRuns } from './follow-runs.ts';
import type { Stores } from './open-stores.ts';
import { openPayloadEncryption } from './payload-encryption.ts';
import type { WorkerRole } from './pollers.ts';
import { currentProcessId } from './process-id.ts';
import { startRunWorkers } from './run-workers.ts';
import { openTelemetry } from './telemetry/open-telemetry.ts';
import { logLevelOf, workerLogger } from './worker-logger.ts';

/** The workers of this process, serving every run with an open drive. */
export type WorkerHost = {
  /** Has the queues of a run polled before it returns. */
  serve(spec: RunSpec): Promise<void>;
  /** The same for an index job. */
  serveJob(source: FrameSource): Promise<void>;
  /** The same for the judging of a run alone. */
  serveJudging(spec: RunSpec): Promise<void>;
  /** The embedding models of this process, and what they have done. */
  embedders(): Promise<Embedder[]>;
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
  /** Where its metrics are served; null = nowhere. */
  readonly metrics: ListenAddress | null;
  readonly role: WorkerRole;
  /** Where this process runs embedding models; null = where each run says. */
  readonly device: EmbeddingDevice | null;
  /** Told of what is worth a line to the person who watches. */
  readonly onNote: (note: string) => void;
  /** Told of a run or index job that this machine cannot serve. May throw, which ends the host. */
  readonly onUnserved: (owner: string, error: EnvironmentError) => void;
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
  const { stores, environment, embedded, role, device } = options;
  const telemetry = await openTelemetry(options);
  installRuntime(options, telemetry.runtime);
  const encryption = await openPayloadEncryption(environment);
  const { connection, namespace } = await connect(embedded);
  const processId = currentProcessId();
  const composed = composeActivities({
    stores,
    environment,
    processId,
    device,
    onNote: options.onNote,
    observers: telemetry.observers,
  });
  telemetry.watchEmbedders(composed.loadedEmbedders);
  if (embedded !== null) await failAbandoned(embedded.client, stores, processId);
  crashPoint('abandoned-ended');
  const workers = await startRunWorkers({
    connection,
    namespace,
    activities: composed.activities,
    encryption,
    role,
    openEmbedder: composed.openEmbedder,
    hasKey: (variable) => variable === null || Boolean(environment[variable]),
    observers: telemetry.observers,
  });
  const following = followRuns({
    runs: stores.runs,
    indexJobs: stores.indexJobs,
    judgements: stores.judgements,
    workers,
    onUnserved: options.onUnserved,
  });
  return {
    serve: workers.serve,
    serveJob: workers.serveJob,
    serveJudging: workers.serveJudging,
    embedders: composed.loadedEmbedders,
    failed: Promise.race([workers.failed, following.failed]),
    async close() {
      await following.stop();
      await workers.close();
      await composed.close();
      await connection.close();
      await telemetry.close();
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

let isInstalled = false;

/** Temporal's runtime is set up once per process, and signals are the command line's business. */
function installRuntime(
  { logFile, environment }: Pick<WorkerHostOptions, 'logFile' | 'environment'>,
  telemetryOptions: TelemetryOptions,
): void {
  const level = logLevelOf(environment);
  if (isInstalled) return;
  isInstalled = true;
  const hideSecrets = createSecretHider(secretsIn(environment));
  Runtime.install({
    logger: workerLogger(logFile, level, hideSecrets),
    // Without `forward`, the native core writes its warnings to stdout, into the data of a command.
    telemetryOptions: { ...telemetryOptions, logging: { forward: {} } },
    shutdownSignals: [],
  });
}
