import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Embedder } from '../../adapters/embedding/embedder.ts';
import type { Gauge, MetricRegistry } from '../../adapters/telemetry/metric-registry.ts';
import type { AccountStore } from '../../domain/stores/account-store.ts';
import type { CallStore } from '../../domain/stores/call-store.ts';
import type { RunStore } from '../../domain/stores/run-store.ts';
import type { Observer } from './observer.ts';

/** Runs that were at work since the process started; those seen first are let go. */
const runsKept = 20;
/** What is read from the database is not read again for this long. */
const freshMs = 10_000;
/** Of a large run it is read less often: reading takes at most this share of the time. */
const mostShare = 0.02;
const loopResolutionMs = 20;

type RunSource = {
  readonly runs: Pick<RunStore, 'openDrives' | 'counts' | 'get'>;
  readonly calls: Pick<CallStore, 'ledger'>;
};

/** Gauges of the runs that are or were at work, read from the database when they are asked for. */
export function readRunMetrics(
  registry: MetricRegistry,
  { runs, calls }: RunSource,
): Pick<Observer, 'stepStarted'> {
  const items = registry.gauge('videoqa_run_items', 'Items of a run, by state.');
  const spent = registry.gauge('videoqa_run_spent_usd', 'US dollars that a run has settled.');
  const reserved = registry.gauge(
    'videoqa_run_reserved_usd',
    'US dollars that the open intents of a run may cost at most.',
  );
  const intents = registry.gauge(
    'videoqa_open_intents',
    'Calls of a run that are in flight, or whose end nobody knows.',
  );
  const stopped = registry.gauge(
    'videoqa_run_stopped',
    '1 where a provider or the budget stopped the run.',
  );
  const known = new Set<string>();

  const readRun = async (run: string): Promise<void> => {
    const record = await runs.get(run);
    // An index job is no run.
    if (record === null) return;
    const [counts, ledger] = await Promise.all([runs.counts(run), calls.ledger(run)]);
    const { scheduled: _, degraded: __, ...states } = counts;
    for (const [state, count] of Object.entries(states)) items.set({ run, state }, count);
    spent.set({ run }, ledger.settledUsd);
    reserved.set({ run }, ledger.openUsd);
    intents.set({ run }, ledger.openIntents.length);
    stopped.set({ run }, record.state === 'stopped' ? 1 : 0);
  };
  const readAll = notTooOften(async () => {
    for (const gauge of [items, spent, reserved, intents, stopped]) gauge.clear();
    for (const run of known) await readRun(run);
  });
  registry.onScrape(async () => {
    for (const { runId } of await runs.openDrives()) known.add(runId);
    for (const runId of [...known].slice(0, -runsKept)) known.delete(runId);
    await readAll();
  });
  return {
    stepStarted({ run }) {
      known.add(run);
      return () => undefined;
    },
  };
}

/** Skips a reading that comes too soon after the last one, for what that one took. */
function notTooOften(read: () => Promise<void>): () => Promise<void> {
  let dueAt = 0;
  return async () => {
    const began = performance.now();
    if (began < dueAt) return;
    dueAt = Number.POSITIVE_INFINITY;
    try {
      await read();
    } finally {
      const tookMs = performance.now() - began;
      dueAt = began + Math.max(freshMs, tookMs / mostShare);
    }
  };
}

/** What the limits of the accounts come to, which all processes share and which adapt. */
export function readAccountMetrics(
  registry: MetricRegistry,
  accounts: Pick<AccountStore, 'status'>,
): Pick<Observer, 'placeAsked'> {
  const places = registry.gauge(
    'videoqa_limiter_places',
    'Calls at once that an account is allowed now, over all processes.',
  );
  const known = new Set<string>();
  registry.onScrape(async () => {
    for (const { account, current } of await accounts.status([...known], Date.now())) {
      places.set({ account }, current);
    }
  });
  return { placeAsked: ({ account }) => void known.add(account) };
}

/** What the embedding models of this process have done. */
export function readEmbeddingMetrics(
  registry: MetricRegistry,
  loaded: () => Promise<readonly Pick<Embedder, 'modelId' | 'metrics'>[]>,
): void {
  const pictures = registry.counter(
    'videoqa_embedding_pictures_total',
    'Pictures that were embedded.',
  );
  const batches = registry.counter('videoqa_embedding_batches_total', 'Batches that were run.');
  const size = registry.gauge('videoqa_embedding_batch_size', 'Mean pictures in a batch.');
  const wait = registry.gauge(
    'videoqa_embedding_queue_wait_seconds',
    'Waiting of a picture for its run, p95 of the last 1,024.',
  );
  const busy = registry.counter(
    'videoqa_embedding_device_busy_seconds_total',
    'Time that the device computed; its rate is the share of its time.',
  );
  registry.onScrape(async () => {
    for (const { modelId: model, metrics } of await loaded()) {
      const now = metrics();
      pictures.set({ model }, now.pictures);
      batches.set({ model }, now.batches);
      size.set({ model }, now.meanBatchSize ?? 0);
      wait.set({ model }, (now.queueWaitMs?.p95 ?? 0) / 1000);
      busy.set({ model }, now.deviceBusyMs / 1000);
    }
  });
}

/** The process itself: whether its event loop is held up, and its memory. */
export function readProcessMetrics(registry: MetricRegistry): { stop(): void } {
  const lag: Gauge = registry.gauge(
    'videoqa_event_loop_lag_seconds',
    'How late timers were since the last scrape, by quantile.',
  );
  const memory = registry.gauge('videoqa_resident_memory_bytes', 'Memory of this process.');
  const delay = monitorEventLoopDelay({ resolution: loopResolutionMs });
  delay.enable();
  registry.onScrape(() => {
    for (const quantile of [0.5, 0.99, 1]) {
      const lateMs = delay.percentile(quantile * 100) / 1e6 - loopResolutionMs;
      lag.set({ quantile: String(quantile) }, Math.max(0, lateMs) / 1000);
    }
    delay.reset();
    memory.set({}, process.memoryUsage.rss());
  });
  return { stop: () => void delay.disable() };
}
