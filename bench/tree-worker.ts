import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createDriveActivities } from '../activities/drive.ts';
import { createIndexJobActivities } from '../activities/index-job.ts';
import { createStepRecorder } from '../activities/record-step.ts';
import { orderItems } from '../domain/run-items.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import type { Activities } from '../workers/compose-activities.ts';
import { openStores } from '../workers/open-stores.ts';
import { currentProcessId } from '../workers/process-id.ts';
import { createRunReader } from '../workers/run-reader.ts';
import { createSourceReader } from '../workers/source-reader.ts';
import { openPayloadEncryption } from '../workers/payload-encryption.ts';
import { startRunWorkers } from '../workers/run-workers.ts';
import { benchItems } from './bench-run.ts';
import {
  perform,
  performRecorded,
  stubDrive,
  stubSteps,
  type StubLatency,
} from './stub-activities.ts';

/** What the worker process is told, as JSON in its first argument. */
export type TreeWorkerInput = {
  readonly address: string;
  readonly namespace: string;
  readonly spec: RunSpec;
  readonly items: number;
  readonly latency: StubLatency;
  /** Folder of the product's database and blobs; null = nothing is stored. */
  readonly storesFolder: string | null;
};

/** The product's workers with stub activities in a process of their own; says `ready`, ends on `stop`. */
async function main(input: TreeWorkerInput): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const { address, namespace, storesFolder } = input;
  const connection = await NativeConnection.connect({
    address,
    grpcCompression: { codec: 'none' },
  });
  const activities =
    storesFolder === null ? withoutStores(input) : await withStores(input, storesFolder);
  const workers = await startRunWorkers({
    connection,
    namespace,
    activities,
    encryption: await openPayloadEncryption({}),
    role: 'all',
    hasKey: () => true,
    openEmbedder: async () => undefined,
    observers: [],
  });
  await workers.serve(input.spec);
  process.send?.('ready');
  const stopped = new Promise<void>((resolve) => {
    process.once('message', () => resolve());
    process.once('disconnect', () => resolve());
  });
  await Promise.race([stopped, workers.failed]);
  await workers.close();
  await connection.close();
  process.exit(0);
}

function withoutStores({ items, latency }: TreeWorkerInput): Activities {
  return { drive: stubDrive(orderItems(benchItems(items))), ...stubSteps(perform, latency) };
}

async function withStores({ latency }: TreeWorkerInput, folder: string): Promise<Activities> {
  const stores = await openStores(folder, {});
  const { runs, steps, calls } = stores;
  const recordStep = createStepRecorder({ steps, calls, processId: currentProcessId() });
  const reader = createRunReader(stores);
  return {
    drive: {
      ...createDriveActivities({ runs, steps, reader, onRowsRecorded: async () => undefined }),
      ...createIndexJobActivities({
        jobs: stores.indexJobs,
        sources: createSourceReader({ ...stores, reader }),
      }),
    },
    ...stubSteps(performRecorded(recordStep), latency),
  };
}

await main(JSON.parse(process.argv[2] ?? '') as TreeWorkerInput);
