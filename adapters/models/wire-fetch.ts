import type { WireReply } from '../../domain/model-call.ts';
import { TransportError } from '../../domain/transport-error.ts';

/** A reply larger than this is no model's answer. */
const mostReplyBytes = 64 * 1024 * 1024;

/**
 * Makes one HTTP request and reads the whole reply, whatever its status, before the deadline.
 *
 * @throws {TransportError} when no whole reply arrived
 */
export async function wireFetch(
  url: string | URL,
  init: RequestInit,
  signal: AbortSignal,
): Promise<WireReply> {
  let hasHeaders = false;
  try {
    const response = await fetch(url, { ...init, signal });
    hasHeaders = true;
    const body = await readAll(response);
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch (error) {
    throw new TransportError(kindOf(error, signal, hasHeaders), error);
  }
}

async function readAll(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > mostReplyBytes) throw new Error('the reply is larger than 64 MiB');
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

const unreached = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** A connection that was reset may have delivered the request: only what never connected is `connect`. */
function kindOf(error: unknown, signal: AbortSignal, hasHeaders: boolean): TransportError['kind'] {
  if (signal.aborted) return 'timeout';
  const code = errorCode(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'dns';
  if (!hasHeaders && unreached.has(code)) return 'connect';
  return 'cut';
}

function errorCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as { code?: unknown } | undefined)?.code ?? (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : '';
}
