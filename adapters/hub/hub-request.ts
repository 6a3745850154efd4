import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import type { Hub } from './hub.ts';

/** The connection was refused, cut or silent: asking again may help. */
export class HubConnectionError extends EnvironmentError {}

/** What one request asks for. */
export type HubRequest = {
  /** Below the hub's address, beginning with a slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

const mostRedirects = 5;

/**
 * Sends one GET request and follows redirects. The token goes to the hub's own origin only: files
 * lie with others, whose addresses carry their own permission.
 *
 * @returns the reply, whatever its status
 * @throws {HubConnectionError} when no reply came
 */
export async function requestFrom(hub: Hub, request: HubRequest): Promise<Response> {
  let url = new URL(hub.baseUrl + request.path);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const reply = await send(url, hub, request);
    const target = reply.headers.get('location');
    if (reply.status < 300 || reply.status >= 400 || target === null) return reply;
    await reply.body?.cancel();
    const next = new URL(target, url);
    if (next.protocol !== 'https:' && next.protocol !== new URL(hub.baseUrl).protocol) {
      throw new EnvironmentError(`${url.host} redirects to ${next.protocol}//, which is not safe`);
    }
    url = next;
  }
  throw new EnvironmentError(
    `${new URL(hub.baseUrl).host} redirects more than ${mostRedirects} times`,
  );
}

async function send(url: URL, hub: Hub, { headers, signal }: HubRequest): Promise<Response> {
  const isHub = url.origin === new URL(hub.baseUrl).origin;
  try {
    return await fetch(url, {
      redirect: 'manual',
      signal,
      headers: {
        // A compressed reply could not be resumed.
        'accept-encoding': 'identity',
        'user-agent': 'durable-videoqa',
        ...headers,
        ...(isHub && hub.token !== null && { authorization: `Bearer ${hub.token}` }),
      },
    });
  } catch (error) {
    throw connectionError(url.host, error, signal);
  }
}

/** Tells a lost connection from the end that the caller asked for. */
export function connectionError(host: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  return new HubConnectionError(
    `${host} cannot be reached: ${reasonOf(error)}. Check the network, or name another hub with ` +
      'HF_ENDPOINT; a model folder can also be copied from another machine',
    { cause: error },
  );
}

/** `fetch` itself only says that it failed. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: unknown; message?: unknown };
  if (cause instanceof Error && cause.message !== '') return cause.message;
  const code = (cause as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : String(message);
}
