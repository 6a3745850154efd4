import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { controlSchema } from './provider-settings.ts';
import type { Provider } from './provider.ts';
import type { NodeContext } from './serve-model-call.ts';

/** The paths that no provider has: the bill, and the switches of the simulation. */
export function createOperatorRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.get('/healthz', (context) => context.json({ ok: true, simulated: true }));
  routes.get('/bill', (context) =>
    context.json({ ...provider.bill.totals(), concurrentPeak: provider.flight.peak() }),
  );
  routes.get('/bill/entries', (context) => {
    // A server that has had no request yet may not have the file on disk.
    const lines = createReadStream(provider.settings.billFile, { flags: 'a+', start: 0 });
    return context.body(Readable.toWeb(lines) as ReadableStream, 200, {
      'content-type': 'application/x-ndjson',
    });
  });
  routes.get('/control', (context) => context.json(provider.running));
  routes.post('/control', (context) => changeSettings(provider, context));
  return routes;
}

async function changeSettings(provider: Provider, context: NodeContext): Promise<Response> {
  if (!isLoopback(context.env.incoming.socket.remoteAddress)) {
    return context.json({ error: { message: 'Only this machine may change the settings' } }, 403);
  }
  const change = controlSchema.safeParse(await context.req.json().catch(() => null));
  if (!change.success) return context.json({ error: { message: change.error.message } }, 400);
  const { faults, latencyMs } = change.data;
  if (faults !== undefined) provider.running.faults = faults;
  if (latencyMs !== undefined) provider.running.latencyMs = latencyMs;
  return context.json(provider.running);
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::1$|(::ffff:)?127\.)/.test(address);
}
