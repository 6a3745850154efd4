import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { createPictureReader } from '../vision/picture-reader.ts';
import { openBill } from './bill.ts';
import { createRequestWindow } from './request-window.ts';
import { createFlightCounter } from './flight-counter.ts';
import { openMediaFolder } from './media-folder.ts';
import { createMediaRoutes } from './media-routes.ts';
import { createModelRoutes } from './model-routes.ts';
import { createOperatorRoutes } from './operator-routes.ts';
import { providerSettingsSchema } from './provider-settings.ts';
import type { ProviderSettingsInput } from './provider-settings.ts';
import type { Provider } from './provider.ts';

/** A simulated provider that listens. */
export type SimulatedProvider = {
  /** Root of the server, without a slash at its end; chat lies under `/v1`, Ark under `/api/v3`. */
  readonly url: string;
  readonly port: number;
  /** Ends open connections and closes the bill; a second call waits for the first. */
  close(): Promise<void>;
};

/** Model names that `GET /v1/models` lists; any other name is served as well. */
const modelNames = ['simulated-vlm', 'simulated-image'];

/**
 * Starts a model provider that looks at the pixels it is sent, bills every request that reaches its
 * models, and misbehaves on request. Replies and pictures are pure functions of (request, seed).
 *
 * @throws ZodError when the settings are not valid; an `EADDRINUSE` error when the port is taken.
 */
export async function startSimulatedProvider(
  input: ProviderSettingsInput,
): Promise<SimulatedProvider> {
  const parsed = providerSettingsSchema.parse(input);
  const settings = { ...parsed, billFile: resolve(parsed.billFile) };
  const closing = new AbortController();
  const provider: Provider = {
    settings,
    running: { faults: settings.faults, latencyMs: settings.latencyMs },
    bill: await openBill(settings.billFile),
    media: await openMediaFolder(`${settings.billFile}.media`),
    pictures: createPictureReader(),
    flight: createFlightCounter(),
    requests: createRequestWindow(settings.requestsPerMinute),
    closing: closing.signal,
  };
  const server = createAdaptorServer({ fetch: createApp(provider).fetch }) as Server;
  const port = await listen(server, settings.port, settings.host).catch((error: unknown) => {
    provider.bill.close();
    throw error;
  });
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  let ended: Promise<void> | null = null;
  const end = async () => {
    closing.abort();
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
    await provider.flight.landed();
    provider.bill.close();
  };
  return { url: `http://${host}:${port}`, port, close: () => (ended ??= end()) };
}

function createApp(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.get('/v1/models', (context) =>
    context.json({
      object: 'list',
      data: modelNames.map((id) => ({ id, object: 'model', owned_by: 'simulated' })),
    }),
  );
  app.route('/', createModelRoutes(provider));
  app.route('/', createMediaRoutes(provider));
  app.route('/', createOperatorRoutes(provider));
  return app;
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  return (server.address() as AddressInfo).port;
}
