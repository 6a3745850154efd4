import { join } from 'node:path';
import { namesCluster } from '../../client/connect.ts';
import type { EmbeddingDevice } from '../../domain/run-spec.ts';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { describeWork } from '../../workers/describe-embedder.ts';
import { workerPerGpu } from '../../workers/gpu-processes.ts';
import type { WorkerRole } from '../../workers/pollers.ts';
import { startWorkerHost, type WorkerHost } from '../../workers/worker-host.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { listenForInterruption, untilAborted } from '../interruption.ts';
import { metricsAddress } from '../metrics-address.ts';
import { printNote } from '../output.ts';
import { openReadingSession } from '../session.ts';

export type WorkerOptions = {
  readonly role: WorkerRole;
  readonly gpus?: string;
  readonly device?: EmbeddingDevice;
  readonly metrics?: string;
};

const reportEveryMs = 60_000;

async function reportWork(host: WorkerHost): Promise<void> {
  for (const embedder of await host.embedders()) printNote(describeWork(embedder));
}

/** `worker`: serves the runs in the database on the cluster that the environment names. */
export async function worker({ role, gpus, device, metrics }: WorkerOptions): Promise<ExitCode> {
  if (!namesCluster()) {
    throw new EnvironmentError(
      'No cluster is configured: set TEMPORAL_ADDRESS (or a profile in temporal.toml). ' +
        'Without a cluster no worker is needed: `videoqa run` brings its own.',
    );
  }
  const interrupted = listenForInterruption(() =>
    printNote('Stopping; calls in flight finish first.'),
  );
  if (gpus !== undefined) {
    const args = ['worker', '--role', role, '--device', device ?? 'cuda'];
    const address = metricsAddress(metrics, process.env);
    await workerPerGpu({ gpus, args, metrics: address, interrupted, onNote: printNote });
    return exitCodes.interrupted;
  }
  const { folder, stores, close } = await openReadingSession();
  try {
    const host = await startWorkerHost({
      stores,
      environment: process.env,
      logFile: join(folder.logsFolder, 'worker.log'),
      metrics: metricsAddress(metrics, process.env),
      embedded: null,
      role,
      device: device ?? null,
      onNote: printNote,
      onUnserved(owner, error) {
        // A machine kept for embedding is of no use without the model; others have more to do.
        if (role === 'embed') throw error;
        printNote(`${owner} cannot be served here: ${error.message}`);
      },
    });
    printNote(`The worker polls for runs (role ${role}). Ctrl-C stops.`);
    const reporting = setInterval(() => void reportWork(host), reportEveryMs);
    try {
      await Promise.race([untilAborted(interrupted), host.failed]);
    } finally {
      clearInterval(reporting);
      await host.close();
    }
    return exitCodes.interrupted;
  } finally {
    await close();
  }
}
