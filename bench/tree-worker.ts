import { readFile } from 'node:fs/promises';
import { DefaultLogger, NativeConnection, Runtime, type WorkerOptions } from '@temporalio/worker';
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
import { builtBundlePath } from '../workers/workflow-bundle.ts';
import { benchItems } from './bench-run.ts';
import {
  noJudging,
  type Perform,
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
  readonly tuning?: TreeTuning;
};

/** What is tried on the worker process: options of its workers, and other texts in its bundle. */
export type TreeTuning = {
  readonly workers?: Partial<WorkerOptions>;
  readonly workflowWorker?: Partial<WorkerOptions>;
  readonly compression?: 'none' | 'gzip';
  /** Each text stands once in the bundle that the build made. */
  readonly bundleEdits?: readonly (readonly [from: string, to: string])[];
  readonly pageSize?: number;
  /** All activities on the queue of the workflows. */
  readonly oneQueue?: boolean;
};

/** The product's workers with stub activities in a process of their own; says `ready`, ends on `stop`. */
async function main(input: TreeWorkerInput): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const { address, namespace, storesFolder, tuning = {} } = input;
  const connection = await NativeConnection.connect({
    address,
    grpcCompression: { codec: tuning.compression ?? 'none' },
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
    tuning: {
      all: tuning.workers ?? {},
      workflows: { ...(tuning.oneQueue && allOf(activities)), ...(await workflowTuning(tuning)) },
    },
  });
  if (!tuning.oneQueue) await workers.serve(input.spec);
  process.send?.('ready');
  setInterval(() => process.send?.({ ended: ended.items }), reportEveryMs).unref();
  const stopped = new Promise<void>((resolve) => {
    process.once('message', () => resolve());
    process.once('disconnect', () => resolve());
  });
  await Promise.race([stopped, workers.failed]);
  await workers.close();
  await connection.close();
  process.exit(0);
}

/** How often the process says how far it is. */
const reportEveryMs = 250;

/** Items whose answer is done. */
const ended = { items: 0 };

function counting(work: Perform): Perform {
  return async (ref, about, result) => {
    await work(ref, about, result);
    if (about.step === 'answer') ended.items += 1;
  };
}

function allOf({ drive, ...others }: Activities): Pick<WorkerOptions, 'activities'> {
  return { activities: Object.assign({}, drive, ...Object.values(others)) as object };
}

async function workflowTuning(tuning: TreeTuning): Promise<Partial<WorkerOptions>> {
  const { workflowWorker = {}, bundleEdits = [] } = tuning;
  if (bundleEdits.length === 0) return workflowWorker;
  let code = await readFile(builtBundlePath('plain'), 'utf8');
  for (const [from, to] of bundleEdits) {
    if (code.split(from).length !== 2)
      throw new Error(`"${from}" does not stand once in the bundle`);
    code = code.replace(from, to);
  }
  return { ...workflowWorker, workflowBundle: { code } };
}

function withoutStores({ items, latency, tuning }: TreeWorkerInput): Activities {
  const drive = stubDrive(orderItems(benchItems(items)), tuning?.pageSize);
  return { drive, ...stubSteps(counting(perform), latency) };
}

async function withStores({ latency }: TreeWorkerInput, folder: string): Promise<Activities> {
  const stores = await openStores(folder, {});
  const { runs, steps, calls } = stores;
  const recordStep = createStepRecorder({ steps, calls, processId: currentProcessId() });
  const reader = createRunReader(stores);
  return {
    drive: {
      ...createDriveActivities({
        runs,
        steps,
        calls,
        reader,
        onRowsRecorded: async () => undefined,
      }),
      ...createIndexJobActivities({
        jobs: stores.indexJobs,
        sources: createSourceReader({ ...stores, reader }),
      }),
      ...noJudging,
    },
    ...stubSteps(counting(performRecorded(recordStep)), latency),
  };
}

await main(JSON.parse(process.argv[2] ?? '') as TreeWorkerInput);
