import { afterEach, expect, it } from 'vitest';
import { newSpanId, openSpanExporter } from '../../../adapters/telemetry/span-exporter.ts';
import { sha256Hex } from '../../../domain/hashing.ts';
import { readSpans, type SpanReceiver, startSpanReceiver } from '../../support/span-receiver.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const span = (number: number, errorType: string | null = null) => ({
  traceId: sha256Hex(String(number)).slice(0, 32),
  spanId: newSpanId(),
  parentSpanId: null,
  name: `chat model-${number}`,
  kind: 'client' as const,
  startMs: 1_700_000_000_000 + number,
  endMs: 1_700_000_000_500 + number,
  attributes: { 'gen_ai.request.model': 'vlm', 'videoqa.sample': 0, reasons: ['stop'] },
  errorType,
});

async function receiver(): Promise<SpanReceiver> {
  const started = await startSpanReceiver();
  closers.push(started.close);
  return started;
}

const open = (endpoint: string, share: number) =>
  openSpanExporter({ endpoint, share, schemaUrl: 'https://example.com/schemas/1' });

it('sends ids, parents, attributes and errors as OTLP asks for them', async () => {
  const { url, bodies } = await receiver();
  const spans = open(`${url}/`, 1);
  const parent = span(1);
  const child = { ...span(1, 'rate_limited'), parentSpanId: parent.spanId };
  spans.send(child);
  spans.send(parent);
  await spans.close();

  expect(readSpans(bodies)).toMatchObject([
    {
      traceId: parent.traceId,
      spanId: child.spanId,
      parentSpanId: parent.spanId,
      isError: true,
      schemaUrl: 'https://example.com/schemas/1',
    },
    { spanId: parent.spanId, parentSpanId: null, isError: false, attributes: parent.attributes },
  ]);
});

it('sends a share of the traces, whole or not at all, and every error', async () => {
  const { url, bodies } = await receiver();
  const spans = open(url, 0.1);
  for (let number = 0; number < 500; number += 1) {
    spans.send(span(number));
    spans.send(span(number));
  }
  spans.send(span(7, 'timeout'));
  await spans.close();

  const received = readSpans(bodies);
  const well = received.filter(({ isError }) => !isError);
  expect(received.length - well.length).toBe(1);
  const perTrace = new Map<string, number>();
  for (const { traceId } of well) perTrace.set(traceId, (perTrace.get(traceId) ?? 0) + 1);
  expect([...new Set(perTrace.values())]).toEqual([2]);
  expect(perTrace.size).toBeGreaterThan(25);
  expect(perTrace.size).toBeLessThan(90);
});

it('ends although nobody receives', async () => {
  const spans = open('http://127.0.0.1:9', 1);
  spans.send(span(1));

  await expect(spans.close()).resolves.toBeUndefined();
}, 30_000);
