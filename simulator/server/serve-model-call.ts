import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { drawFault } from './draw-fault.ts';
import { refusalFor, wireReply } from './fault-replies.ts';
import type { FaultTarget, WireReply } from './fault-replies.ts';
import { chatFaultKinds, imageFaultKinds } from './provider-settings.ts';
import type { FaultKind, Prices } from './provider-settings.ts';
import type { Provider } from './provider.ts';
import { RefusedRequest, refusalBody } from './refused-request.ts';
import type { Dialect, Refusal } from './refused-request.ts';
import type { JsonValue } from './seeded-draws.ts';

/** The request context of Node's HTTP server. */
export type NodeContext = Context<{ Bindings: HttpBindings }>;

/** What the model made of a request, and what it counts. */
export type ModelReply = {
  readonly body: JsonValue;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly images: number;
};

/** A request to the model whose body has been read. */
export type ModelCall = {
  readonly kind: 'chat' | 'image';
  readonly dialect: Dialect;
  readonly model: string;
  readonly requestHash: string;
  /** Computes the reply, a pure function of (request, seed); throws `RefusedRequest`. */
  readonly answer: () => Promise<ModelReply>;
};

/**
 * Takes a request through key check, fault, model, bill and latency, in this order. The line on
 * the bill is written before the wait: who hangs up while waiting has been charged.
 */
export async function serveModelCall(
  provider: Provider,
  context: NodeContext,
  call: ModelCall,
): Promise<Response> {
  const arrivedAt = performance.now();
  const arrival = provider.bill.arrive(call.requestHash);
  const fault = drawFault(provider.running.faults, {
    requestHash: call.requestHash,
    arrival,
    seed: provider.settings.seed,
    possible: call.kind === 'chat' ? chatFaultKinds : imageFaultKinds,
  });
  const target: FaultTarget = { ...call, arrival };
  const line = billLine(context, call, arrival);

  try {
    requireKey(context, call.dialect);
    const refusal =
      overLimit(provider, target) ?? refusalFor(fault, target, provider.running.faults);
    if (refusal !== null) {
      provider.bill.append({ ...line, ...nothingUsed, fault, status: refusal.status });
      return refuse(refusal, call.dialect);
    }
    const reply = await call.answer();
    const costUsd = costOf(reply, provider.settings.prices);
    const { promptTokens, completionTokens, images } = reply;
    const used = { promptTokens, completionTokens, images, costUsd, billed: true };
    provider.bill.append({ ...line, ...used, fault, status: 200 });
    return await deliver(provider, context, { call, fault, arrivedAt }, () =>
      wireReply(reply.body, fault, target),
    );
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    provider.bill.append({ ...line, ...nothingUsed, fault: null, status: error.refusal.status });
    return refuse(error.refusal, call.dialect);
  }
}

/** The refusal of a request that comes when the last minute brought as many as it may. */
function overLimit({ requests, running }: Provider, target: FaultTarget): Refusal | null {
  const retryAfterS = requests.enter(Date.now());
  if (retryAfterS === null) return null;
  return refusalFor('rate_limit', target, { ...running.faults, retryAfterS });
}

const nothingUsed = {
  billed: false,
  promptTokens: 0,
  completionTokens: 0,
  images: 0,
  costUsd: 0,
} as const;

function billLine(context: NodeContext, call: ModelCall, arrival: number) {
  return {
    endpoint: context.req.path,
    kind: call.kind,
    model: call.model,
    requestHash: call.requestHash,
    clientRequestId: context.req.header('x-client-request-id') ?? null,
    arrival,
  };
}

/** Any key will do, as long as there is one. */
function requireKey(context: NodeContext, dialect: Dialect): void {
  if (/^Bearer\s+\S/i.test(context.req.header('authorization') ?? '')) return;
  if (context.req.header('api-key')) return;
  throw new RefusedRequest({
    status: 401,
    type: 'invalid_request_error',
    code: dialect === 'ark' ? 'AuthenticationError' : 'invalid_api_key',
    message: 'No API key was sent; the simulated provider takes any bearer key',
  });
}

function costOf(reply: ModelReply, prices: Prices): number {
  const cost =
    (reply.promptTokens * prices.inputPerM + reply.completionTokens * prices.outputPerM) / 1e6 +
    reply.images * prices.image;
  return Number(cost.toFixed(9));
}

async function deliver(
  provider: Provider,
  context: NodeContext,
  waiting: { call: ModelCall; fault: FaultKind | null; arrivedAt: number },
  reply: () => WireReply,
): Promise<Response> {
  const { call, fault, arrivedAt } = waiting;
  const until = AbortSignal.any([context.req.raw.signal, provider.closing]);
  if (fault === 'hang') {
    await waitFor(provider.running.faults.hangMs, until);
    context.env.outgoing.destroy();
    return RESPONSE_ALREADY_SENT;
  }
  await waitFor(provider.running.latencyMs[call.kind] - (performance.now() - arrivedAt), until);
  const wire = reply();
  return wire.isCut ? sendHalf(context, wire) : sendWhole(call, wire);
}

function sendWhole(call: ModelCall, { contentType, text }: WireReply): Response {
  return new Response(text, {
    headers: { 'content-type': contentType, 'x-request-id': call.requestHash.slice(0, 32) },
  });
}

async function sendHalf(context: NodeContext, { contentType, text }: WireReply): Promise<Response> {
  const { outgoing } = context.env;
  const bytes = Buffer.from(text);
  outgoing.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length });
  const half = bytes.subarray(0, bytes.length >> 1);
  await new Promise((written) => outgoing.write(half, written));
  outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}

async function waitFor(ms: number, until: AbortSignal): Promise<void> {
  if (ms <= 0) return;
  // The wait ends early when nobody is left to be answered; that is no error here.
  await sleep(ms, undefined, { signal: until }).catch(() => undefined);
}

function refuse(refusal: Refusal, dialect: Dialect): Response {
  return new Response(JSON.stringify(refusalBody(refusal, dialect)), {
    status: refusal.status,
    headers: {
      'content-type': 'application/json',
      ...(refusal.retryAfterS !== undefined && { 'retry-after': `${refusal.retryAfterS}` }),
    },
  });
}
