import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { drawFault } from './draw-fault.ts';
import { mediaFaultKinds } from './provider-settings.ts';
import type { Provider } from './provider.ts';
import type { NodeContext } from './serve-model-call.ts';

/** Where pictures that were handed out by URL are fetched; needs no key and is never billed. */
export function createMediaRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const routes = new Hono<{ Bindings: HttpBindings }>();
  const arrivals = new Map<string, number>();
  routes.get('/media/:name', async (context) => {
    const name = context.req.param('name');
    const jpeg = await provider.media.find(name);
    if (jpeg === null) return context.text('There is no such picture', 404);
    const arrival = (arrivals.get(name) ?? 0) + 1;
    arrivals.set(name, arrival);
    return sendPicture(provider, context, { name, jpeg, arrival });
  });
  return routes;
}

function sendPicture(
  provider: Provider,
  context: NodeContext,
  { name, jpeg, arrival }: { name: string; jpeg: Buffer; arrival: number },
): Response {
  const fault = drawFault(provider.running.faults, {
    requestHash: name,
    arrival,
    seed: provider.settings.seed,
    possible: mediaFaultKinds,
  });
  if (fault === 'media_expired') {
    const expired =
      '<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>';
    return context.body(expired, 403, { 'content-type': 'application/xml' });
  }
  if (fault === 'media_html') return context.html('<html><body>Simulated gateway</body></html>');
  const sent = fault === 'media_truncated' ? jpeg.subarray(0, jpeg.length >> 1) : jpeg;
  return context.body(new Uint8Array(sent), 200, { 'content-type': 'image/jpeg' });
}
