import { measuredSettings, type ServerSettings } from '../workers/embedded/server-settings.ts';
import { type DatabaseKind, noSettings } from './measured-server.ts';
import type { TreeTuning } from './tree-worker.ts';

/** One setting that is tried alone, everything else as the product has it. */
export type Lever = {
  readonly name: string;
  /** What the product does. */
  readonly kept: string;
  readonly tried: string;
  readonly server: ServerSettings;
  readonly database: DatabaseKind;
  readonly tuning: TreeTuning;
};

const kept = measuredSettings;

function without(record: Readonly<Record<string, string>>, ...names: readonly string[]) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

const asProduct = { server: kept, database: 'file', tuning: {} } as const;

const onServer = (
  name: string,
  [product, tried]: readonly [string, string],
  change: Partial<ServerSettings>,
): Lever => ({ ...asProduct, name, kept: product, tried, server: { ...kept, ...change } });

const onDatabase = (
  name: string,
  [product, tried]: readonly [string, string],
  database: DatabaseKind,
): Lever => ({ ...asProduct, name, kept: product, tried, database });

const onWorker = (
  name: string,
  [product, tried]: readonly [string, string],
  tuning: TreeTuning,
): Lever => ({ ...asProduct, name, kept: product, tried, tuning });

const inBundle = (
  name: string,
  [product, tried]: readonly [string, string],
  ...bundleEdits: readonly (readonly [string, string])[]
): Lever => onWorker(name, [product, tried], { bundleEdits });

const partitions = ['matching.numTaskqueueReadPartitions', 'matching.numTaskqueueWritePartitions'];
const pragma = (name: string, value: string): Lever =>
  onServer(name, ['default', value], { pragmas: { ...kept.pragmas, [name]: value } });
const eager = {
  dynamicConfig: { ...kept.dynamicConfig, 'system.enableActivityEagerExecution': 'true' },
};

/** Everything as the product has it: what the others are held against. */
export const productLever = onServer('product', ['', ''], {});

/** The state in memory: what the file costs is what it saves. */
export const memoryLever = onDatabase('in-memory', ['a file', 'memory'], 'memory');

export const levers: readonly Lever[] = [
  onServer('server-settings', ['as below', 'none'], noSettings),
  onServer('wal', ['WAL', 'rollback journal'], { pragmas: without(kept.pragmas, 'journal_mode') }),
  onServer('synchronous', ['NORMAL', 'FULL'], { pragmas: without(kept.pragmas, 'synchronous') }),
  onServer('partitions', ['1', '4'], { dynamicConfig: without(kept.dynamicConfig, ...partitions) }),
  onServer('fairness', ['on', 'off'], {
    dynamicConfig: without(kept.dynamicConfig, 'matching.enableFairness'),
  }),
  onServer('transfer-polls', ['100/s', '20/s'], {
    dynamicConfig: without(kept.dynamicConfig, 'history.transferProcessorMaxPollRPS'),
  }),
  onServer('gogc', ['400', '100'], { gogc: null }),
  onServer('gogc-800', ['400', '800'], { gogc: '800' }),
  onServer('log-level', ['error', 'default'], { logLevel: null }),
  pragma('cache_size', '-65536'),
  pragma('mmap_size', '268435456'),
  pragma('temp_store', 'MEMORY'),
  pragma('wal_autocheckpoint', '10000'),
  memoryLever,
  onDatabase('visibility-indexes', ['all', 'those in use'], 'few-indexes'),
  onServer('eager-activities', ['off', 'on'], eager),
  {
    ...onServer('one-queue-eager', ['a queue per account, off', 'one queue, on'], eager),
    tuning: { oneQueue: true },
  },
  onWorker('grpc-compression', ['none', 'gzip'], { compression: 'gzip' }),
  onWorker('reuse-v8-context', ['on', 'off'], { workflowWorker: { reuseV8Context: false } }),
  onWorker('cached-workflows', ['by memory', '100'], {
    workflowWorker: { maxCachedWorkflows: 100 },
  }),
  onWorker('sticky-cache', ['on', 'off'], { workflowWorker: { maxCachedWorkflows: 0 } }),
  onWorker('activity-pollers-2', ['10', '2'], {
    workers: { activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 } },
  }),
  onWorker('activity-pollers-20', ['10', '20'], {
    workers: { activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 20 } },
  }),
  onWorker('workflow-pollers-3', ['10', '3'], {
    workflowWorker: { workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 3 } },
  }),
  onWorker('poller-autoscaling', ['10', 'autoscaling'], {
    workers: { activityTaskPollerBehavior: { type: 'autoscaling' } },
    workflowWorker: { workflowTaskPollerBehavior: { type: 'autoscaling' } },
  }),
  onWorker('page-size', ['100', '250'], { pageSize: 250 }),
  inBundle('stack-traces', ['none', 'all'], ['Error.stackTraceLimit = 0;', '']),
  inBundle('outcome-batch', ['50', '10'], ['const batchSize = 50;', 'const batchSize = 10;']),
  inBundle('outcome-batch-100', ['50', '100'], ['const batchSize = 50;', 'const batchSize = 100;']),
  inBundle(
    'one-picture-activity',
    ['one a picture', 'one for both'],
    ['Array.from({ length: pictures }, ', 'Array.from({ length: Math.min(1, pictures) }, '],
  ),
  inBundle(
    'item-attributes',
    ['4', 'none'],
    [
      '.runAttributes)({ ...input, videoId }),',
      '.runAttributes)({ ...input, videoId }).slice(0, 0),',
    ],
  ),
  inBundle(
    'workflow-task-timeout',
    ['10 s', '60 s'],
    [
      'staticSummary: `${itemId} on ${videoId}`.slice(0, 200),',
      "staticSummary: `${itemId} on ${videoId}`.slice(0, 200), workflowTaskTimeout: '60 s',",
    ],
  ),
  inBundle(
    'summaries',
    ['on', 'off'],
    ['staticSummary: `${itemId} on ${videoId}`.slice(0, 200),', ''],
  ),
];
