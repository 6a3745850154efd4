import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { freezeChunks } from '../adapters/datasets/freeze-chunks.ts';
import { sha256Hex } from '../domain/hashing.ts';
import { freezeItems } from '../domain/frozen-items.ts';
import { goldOfVideos } from '../domain/row-tally.ts';
import { orderItems } from '../domain/run-items.ts';
import { queuesOf } from '../domain/run-queues.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import {
  evaluationWorkflowId,
  itemWorkflowId,
  shardWorkflowId,
} from '../domain/workflow-contract.ts';
import { connectEmbedded } from '../client/connect.ts';
import { openStores } from '../workers/open-stores.ts';
import { benchItems, benchSpec, type BenchStrategy } from './bench-run.ts';
import { type CoursePoint, recordCourse } from './course.ts';
import { driveTree, onOneQueue } from './drive-tree.ts';
import { evenly, measureHistories, type HistorySizes } from './history-size.ts';
import {
  startMeasuredServer,
  type MeasuredServer,
  type ServerKind,
  type ServerPlace,
} from './measured-server.ts';
import { type ProcessCost, readProcessCost } from './process-cost.ts';
import { startTreeWorker } from './start-tree-worker.ts';
import type { StubLatency } from './stub-activities.ts';
import type { TreeTuning } from './tree-worker.ts';

export type TreeOptions = {
  readonly items: number;
  /** Items open at once. */
  readonly window: number;
  readonly latency: StubLatency;
  /** Rows and steps go to the product's database; else nothing is kept. */
  readonly stores: boolean;
  /** Path of the Temporal CLI. */
  readonly binary: string;
  /** Changes to the worker; none by default. */
  readonly tuning?: TreeTuning;
};

/** What one run of the tree cost. CPU is that of the drive alone, without any start-up. */
export type TreeMeasurement = {
  readonly server: string;
  readonly strategy: BenchStrategy;
  readonly items: number;
  readonly wallS: number;
  readonly itemsPerSecond: number;
  /** Share of the throughput that the latencies and the window allow; null without latency. */
  readonly idealShare: number | null;
  readonly serverCpuMsPerItem: number;
  readonly workerCpuMsPerItem: number;
  readonly serverRssMiB: number;
  readonly workerRssMiB: number;
  /** What the server wrote to its disk; null where the system does not say. */
  readonly serverWrittenKiBPerItem: number | null;
  /** Temporal's database, its write-ahead log included. */
  readonly databaseKiBPerItem: number;
  /** The product's database; null when nothing is stored. */
  readonly storesKiBPerItem: number | null;
  readonly itemHistory: HistorySizes;
  readonly shardHistory: HistorySizes;
  readonly rootHistory: HistorySizes;
  readonly course: readonly CoursePoint[];
};

/** Histories looked at per run. */
const sampleSize = 200;

/** Runs one drive of the real workflows with stub activities on a fresh server of a kind. */
export function measureTree(
  kind: ServerKind,
  strategy: BenchStrategy,
  options: TreeOptions,
): Promise<TreeMeasurement> {
  return measureTreeOn(kind, (place) => startMeasuredServer(kind, place), strategy, options);
}

/** The same on whatever server `start` starts in an empty folder. */
export async function measureTreeOn(
  name: string,
  start: (place: ServerPlace) => Promise<MeasuredServer>,
  strategy: BenchStrategy,
  options: TreeOptions,
): Promise<TreeMeasurement> {
  const folder = await mkdtemp(join(tmpdir(), 'videoqa-bench-'));
  try {
    const server = await start({ folder, binary: options.binary });
    try {
      return { server: name, strategy, ...(await measureOn(server, folder, strategy, options)) };
    } finally {
      await server.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureOn(
  server: MeasuredServer,
  folder: string,
  strategy: BenchStrategy,
  { items, window, latency, stores, tuning }: TreeOptions,
) {
  const { address, namespace, pid } = server;
  const spec = await prepareRun({ strategy, items, window, storesFolder: stores ? folder : null });
  const storesFolder = stores ? folder : null;
  const worker = await startTreeWorker({
    address,
    namespace,
    spec,
    items,
    latency,
    storesFolder,
    ...(tuning && { tuning }),
  });
  const { client, close } = await connectEmbedded(address, namespace);
  try {
    const course = recordCourse(pid, worker);
    const before = [await readProcessCost(pid), await readProcessCost(worker.pid)] as const;
    const startedAt = performance.now();
    const queues = tuning?.oneQueue ? onOneQueue(queuesOf(spec)) : queuesOf(spec);
    const shards = await driveTree(client, spec, { items, queues });
    const wallS = (performance.now() - startedAt) / 1000;
    await course.stop();
    const after = [await readProcessCost(pid), await readProcessCost(worker.pid)] as const;
    return {
      items,
      wallS,
      itemsPerSecond: items / wallS,
      idealShare: idealWallS(items, window, strategy, latency) / wallS || null,
      serverCpuMsPerItem: (after[0].cpuMs - before[0].cpuMs) / items,
      workerCpuMsPerItem: (after[1].cpuMs - before[1].cpuMs) / items,
      serverRssMiB: after[0].rssMiB,
      workerRssMiB: after[1].rssMiB,
      serverWrittenKiBPerItem: writtenPerItem(before[0], after[0], items),
      databaseKiBPerItem: await kibPerItem(server.databaseFile, items),
      storesKiBPerItem:
        storesFolder === null ? null : await kibPerItem(join(storesFolder, 'videoqa.db'), items),
      ...(await historiesOf(client, spec.runId, { items, shards })),
      course: course.points,
    };
  } finally {
    await close();
    await worker.close();
  }
}

/** Writes the run down where the product would, if anything is to be stored, and opens its drive. */
async function prepareRun(about: {
  readonly strategy: BenchStrategy;
  readonly items: number;
  readonly window: number;
  readonly storesFolder: string | null;
}): Promise<RunSpec> {
  const { strategy, window, storesFolder } = about;
  const items = benchItems(about.items);
  const frozen = freezeItems(items);
  const spec = benchSpec({ runId: 'bench-run', strategy, window, datasetHash: sha256Hex(frozen) });
  if (storesFolder === null) return spec;
  const { runs, blobs, datasets, close } = await openStores(storesFolder, {});
  try {
    await blobs.put(frozen);
    const ordered = orderItems(items);
    await freezeChunks({ blobs, datasets }, spec.dataset.hash, items, ordered);
    const run = { runId: spec.runId, name: spec.name, spec, identity: '{}' };
    await runs.create(run, ordered, goldOfVideos(items));
    await runs.openDrive(spec.runId, { kind: 'unfinished' });
  } finally {
    await close();
  }
  return spec;
}

/** How long the drive takes if every place of the window is always busy; 0 without latency. */
function idealWallS(
  items: number,
  window: number,
  strategy: BenchStrategy,
  { planMs, imageMs, answerMs }: StubLatency,
): number {
  const itemMs = strategy === 'uniform' ? answerMs : planMs + imageMs + answerMs;
  return (items / window) * (itemMs / 1000);
}

async function historiesOf(
  client: Client,
  runId: string,
  { items, shards }: { readonly items: number; readonly shards: number },
) {
  const sampled = evenly(orderItems(benchItems(items)), sampleSize);
  const numbers = Array.from({ length: shards }, (_, shard) => shard);
  return {
    itemHistory: await measureHistories(
      client,
      sampled.map(({ workflowKey }) => itemWorkflowId(runId, workflowKey)),
    ),
    shardHistory: await measureHistories(
      client,
      numbers.map((shard) => shardWorkflowId(runId, shard)),
    ),
    rootHistory: await measureHistories(client, [evaluationWorkflowId(runId)]),
  };
}

function writtenPerItem(before: ProcessCost, after: ProcessCost, items: number): number | null {
  if (before.writtenKiB === null || after.writtenKiB === null) return null;
  return (after.writtenKiB - before.writtenKiB) / items;
}

/** The size of a database, its write-ahead log included. */
async function kibPerItem(file: string, items: number): Promise<number> {
  const sizes = await Promise.all(
    [file, `${file}-wal`].map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / 1024 / items;
}
