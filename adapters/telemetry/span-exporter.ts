import { randomBytes } from 'node:crypto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';

/** A piece of work that is over. */
export type EndedSpan = {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  /** `client` = a request to another system. */
  readonly kind: 'client' | 'internal';
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | readonly string[]>>;
  /** Null when it went well. */
  readonly errorType: string | null;
};

export type SpanExporter = {
  /** Sends it some time later, or leaves it out of the sample. */
  send(span: EndedSpan): void;
  /** Sends what is left, and ends. */
  close(): Promise<void>;
};

/** A span id that nobody else has. */
export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

/**
 * Sends spans to an OTLP/HTTP receiver, as JSON, in batches. A receiver that does not answer costs
 * spans and nothing else.
 *
 * @param options.endpoint  without `/v1/traces`; null = `OTEL_EXPORTER_OTLP_ENDPOINT` and its kin
 * @param options.share  of traces that are sent, 0 to 1; spans with an error always are
 */
export function openSpanExporter(options: {
  readonly endpoint: string | null;
  readonly share: number;
  readonly schemaUrl: string;
}): SpanExporter {
  const { endpoint, share, schemaUrl } = options;
  const url = endpoint === null ? {} : { url: `${endpoint.replace(/\/+$/, '')}/v1/traces` };
  const processor = new BatchSpanProcessor(new OTLPTraceExporter(url));
  const scope = { name: 'durable-videoqa', schemaUrl };
  return {
    send(span) {
      if (span.errorType !== null || isInShare(span.traceId, share))
        processor.onEnd(asReadable(span, scope));
    },
    close: () => processor.shutdown().catch(() => undefined),
  };
}

/** Numbers of OpenTelemetry's enumerations. */
const kinds = { internal: 0, client: 2 } as const;
const statuses = { unset: 0, error: 2 } as const;
const sampled = 1;

function asReadable(span: EndedSpan, scope: ReadableSpan['instrumentationScope']): ReadableSpan {
  const { traceId, spanId, parentSpanId, name, errorType, startMs } = span;
  const endMs = Math.max(startMs, span.endMs);
  const context = { traceId, spanId, traceFlags: sampled };
  const parent = { traceId, spanId: parentSpanId ?? '', traceFlags: sampled };
  const attributes = Object.entries(span.attributes).map(([key, value]) => [
    key,
    typeof value === 'object' ? [...value] : value,
  ]);
  return {
    name,
    kind: kinds[span.kind],
    spanContext: () => context,
    ...(parentSpanId !== null && { parentSpanContext: parent }),
    startTime: secondsAndNanos(startMs),
    endTime: secondsAndNanos(endMs),
    duration: secondsAndNanos(endMs - startMs),
    status:
      errorType === null ? { code: statuses.unset } : { code: statuses.error, message: errorType },
    attributes: Object.fromEntries(attributes) as ReadableSpan['attributes'],
    links: [],
    events: [],
    ended: true,
    resource: serviceResource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function secondsAndNanos(milliseconds: number): [number, number] {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
}

/** The same answer for all spans of a trace, in every process. */
function isInShare(traceId: string, share: number): boolean {
  return Number.parseInt(traceId.slice(0, 8), 16) / 2 ** 32 < share;
}

const serviceResource = {
  attributes: { 'service.name': 'durable-videoqa' },
  merge: () => serviceResource,
  getRawAttributes: (): [string, string][] => Object.entries(serviceResource.attributes),
};
