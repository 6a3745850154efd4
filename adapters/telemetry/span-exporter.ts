import { randomBytes } from 'node:crypto';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

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
  const next = { traceId: '', spanId: '' };
  const provider = new BasicTracerProvider({
    // What is worth sending was decided before a span is made.
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    resource: serviceResource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter(url))],
  });
  const tracer = provider.getTracer('durable-videoqa', undefined, { schemaUrl });
  return {
    send(span) {
      const { traceId, spanId, parentSpanId, name, attributes, errorType } = span;
      if (errorType === null && !isInShare(traceId, share)) return;
      Object.assign(next, { traceId, spanId });
      const parent =
        parentSpanId === null
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, {
              traceId,
              spanId: parentSpanId,
              traceFlags: TraceFlags.SAMPLED,
            });
      const kind = span.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const values = Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [
          key,
          typeof value === 'object' ? [...value] : value,
        ]),
      );
      const made = tracer.startSpan(
        name,
        { kind, startTime: span.startMs, attributes: values },
        parent,
      );
      if (errorType !== null) {
        made.setStatus({ code: SpanStatusCode.ERROR, message: errorType });
      }
      made.end(Math.max(span.startMs, span.endMs));
    },
    close: () => provider.shutdown().catch(() => undefined),
  };
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
