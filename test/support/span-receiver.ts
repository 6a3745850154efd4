import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

export type SpanReceiver = {
  /** Without `/v1/traces`. */
  readonly url: string;
  /** What was received, request by request. */
  readonly bodies: readonly string[];
  close(): Promise<void>;
};

/** An OTLP/HTTP receiver that takes JSON and keeps it. */
export async function startSpanReceiver(): Promise<SpanReceiver> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const isTraces = request.url === '/v1/traces';
      const isJson = request.headers['content-type'] === 'application/json';
      if (isTraces && isJson) bodies.push(body);
      response.writeHead(isTraces && isJson ? 200 : 400, { 'Content-Type': 'application/json' });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type ReceivedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  /** As OTLP numbers them: 1 internal, 3 client. */
  readonly kind: number;
  readonly isError: boolean;
  readonly schemaUrl: string;
  readonly attributes: Readonly<Record<string, unknown>>;
};

const valueSchema = z.union([
  z.strictObject({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.strictObject({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
  z.strictObject({ doubleValue: z.number() }).transform(({ doubleValue }) => doubleValue),
  z
    .strictObject({
      arrayValue: z.object({ values: z.array(z.object({ stringValue: z.string() })) }),
    })
    .transform(({ arrayValue }) => arrayValue.values.map(({ stringValue }) => stringValue)),
]);
const attributesSchema = z
  .array(z.object({ key: z.string(), value: valueSchema }))
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));
const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));

/** OTLP's JSON for traces, as far as a receiver must understand it; strict about what it holds. */
const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: attributesSchema }),
      scopeSpans: z.array(
        z.object({
          schemaUrl: z.string(),
          spans: z.array(
            z.object({
              traceId: hex(32),
              spanId: hex(16),
              parentSpanId: hex(16).optional(),
              name: z.string().min(1),
              kind: z.int(),
              startTimeUnixNano: z.string().regex(/^\d+$/),
              endTimeUnixNano: z.string().regex(/^\d+$/),
              attributes: attributesSchema,
              status: z.object({ code: z.int() }),
            }),
          ),
        }),
      ),
    }),
  ),
});

export function readSpans(bodies: readonly string[]): readonly ReceivedSpan[] {
  return bodies.flatMap((body) =>
    requestSchema.parse(JSON.parse(body)).resourceSpans.flatMap(({ resource, scopeSpans }) => {
      if (resource.attributes['service.name'] !== 'durable-videoqa') throw new Error('no service');
      return scopeSpans.flatMap(({ schemaUrl, spans }) =>
        spans.map(({ parentSpanId = null, status, ...span }) => ({
          ...span,
          parentSpanId,
          schemaUrl,
          isError: status.code === 2,
        })),
      );
    }),
  );
}
