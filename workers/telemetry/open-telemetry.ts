import type { TelemetryOptions } from '@temporalio/worker';
import type { Embedder } from '../../adapters/embedding/embedder.ts';
import { createMetricRegistry } from '../../adapters/telemetry/metric-registry.ts';
import { openMetricsEndpoint } from '../../adapters/telemetry/metrics-endpoint.ts';
import { genAiSchemaUrl } from '../../domain/calls/gen-ai-attributes.ts';
import type { ListenAddress } from '../../domain/config/listen-address.ts';
import { readTracingSettings, type TracingSettings } from '../../domain/config/tracing-settings.ts';
import { findFreePort } from '../embedded/free-ports.ts';
import type { Stores } from '../open-stores.ts';
import type { Observer } from './observer.ts';
import { countingObserver } from './product-metrics.ts';
import {
  readAccountMetrics,
  readEmbeddingMetrics,
  readProcessMetrics,
  readRunMetrics,
} from './read-metrics.ts';

/** What a worker process tells of itself, and to whom. */
export type Telemetry = {
  readonly observers: readonly Partial<Observer>[];
  /** For Temporal's runtime, before anything else is made of it. */
  readonly runtime: TelemetryOptions;
  /** Has the metrics of embedding models read from here on. */
  watchEmbedders(loaded: () => Promise<readonly Embedder[]>): void;
  close(): Promise<void>;
};

/**
 * Opens what a process is asked for: metrics, traces, both or neither. What is off costs nothing, and
 * its libraries are not loaded.
 *
 * @throws {EnvironmentError} when the address for metrics cannot be listened on
 * @throws {UsageError} when a setting for traces means nothing
 */
export async function openTelemetry(options: {
  /** Null = nothing is counted. */
  readonly metrics: ListenAddress | null;
  readonly environment: NodeJS.ProcessEnv;
  readonly stores: Pick<Stores, 'runs' | 'calls' | 'accounts'>;
  readonly onNote: (note: string) => void;
}): Promise<Telemetry> {
  const settings = readTracingSettings(options.environment);
  const { metrics } = options;
  const counting = metrics === null ? nothing : await openMetrics({ ...options, metrics });
  const tracing = settings === null ? nothing : await openTracing(settings);
  return {
    ...counting,
    observers: [...counting.observers, ...tracing.observers],
    async close() {
      await tracing.close();
      await counting.close();
    },
  };
}

const nothing: Telemetry = {
  observers: [],
  runtime: {},
  watchEmbedders: () => undefined,
  close: async () => undefined,
};

async function openTracing(settings: TracingSettings): Promise<Telemetry> {
  const { openSpanExporter } = await import('../../adapters/telemetry/span-exporter.ts');
  const { tracingObserver } = await import('./tracing-observer.ts');
  const spans = openSpanExporter({ ...settings, schemaUrl: genAiSchemaUrl });
  return { ...nothing, observers: [tracingObserver(spans)], close: spans.close };
}

/**
 * Serves the metrics of the product and of Temporal's SDK at one address. The SDK can serve only on
 * a port of its own: it gets one on loopback, and its text is appended to ours.
 */
async function openMetrics(options: {
  readonly metrics: ListenAddress;
  readonly stores: Pick<Stores, 'runs' | 'calls' | 'accounts'>;
  readonly onNote: (note: string) => void;
}): Promise<Telemetry> {
  const { metrics, stores, onNote } = options;
  const registry = createMetricRegistry();
  const counting = countingObserver(registry);
  const runs = readRunMetrics(registry, stores);
  const accounts = readAccountMetrics(registry, stores.accounts);
  const process = readProcessMetrics(registry);
  const bindAddress = `127.0.0.1:${await findFreePort(0)}`;
  const endpoint = await openMetricsEndpoint({
    address: metrics,
    render: registry.render,
    otherUrl: `http://${bindAddress}/metrics`,
  });
  onNote(`Metrics: ${endpoint.url}`);
  return {
    observers: [counting, runs, accounts],
    runtime: {
      metrics: {
        prometheus: {
          bindAddress,
          countersTotalSuffix: true,
          unitSuffix: true,
          useSecondsForDurations: true,
        },
      },
    },
    watchEmbedders: (loaded) => readEmbeddingMetrics(registry, loaded),
    async close() {
      process.stop();
      await endpoint.close();
    },
  };
}
