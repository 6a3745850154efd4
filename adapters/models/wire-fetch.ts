import {
  request as requestPlain,
  Agent,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { request as requestSecure, Agent as SecureAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, unzip } from 'node:zlib';
import type { WireReply } from '../../domain/calls/model-call.ts';
import { forgetEchoes } from '../secrets/forget-echoes.ts';
import { TransportError, type TransportKind } from '../../domain/errors/transport-error.ts';

/** A reply larger than this is no model's answer. */
const mostReplyBytes = 64 * 1024 * 1024;

/**
 * Idle connections are closed before common servers close them (after 5 s): a request on a
 * connection that the server is just closing fails, and nobody knows whether it was paid for.
 */
const idle = { keepAlive: true, timeout: 4000, maxSockets: Number.POSITIVE_INFINITY };
const agents = { 'http:': new Agent(idle), 'https:': new SecureAgent(idle) };

/** How one exchange differs from a plain one. */
export type WireOptions = {
  /** @default 64 MiB */
  readonly mostBytes?: number;
  /** Resolves host names in place of the system's resolver; the connection goes where it says. */
  readonly lookup?: LookupFunction;
};

/**
 * Makes one HTTP request and reads the whole reply, whatever its status, as raw bytes. The signal is
 * the only deadline and covers the body too; `fetch` would give up by itself after five minutes.
 * Redirects are not followed.
 *
 * @param signal  a `TimeoutError` as its reason is the deadline; any other reason is thrown as it is
 * @throws {TransportError} when no whole reply arrived
 */
export async function wireFetch(
  url: string | URL,
  init: RequestInit,
  signal: AbortSignal,
  options: WireOptions = {},
): Promise<WireReply> {
  // Turns any body that fetch accepts, multipart forms too, into bytes and headers.
  const { signal: _, ...rest } = init;
  const outgoing = new Request(url, rest);
  const body = new Uint8Array(await outgoing.arrayBuffer());
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const seen: Progress = { isConnected: false, status: null };
    const fail = (error: unknown) => reject(failure(error, signal, seen));
    const sent = open(outgoing, body, signal, options);
    sent.on('socket', (socket) => {
      const connected = outgoing.url.startsWith('https:') ? 'secureConnect' : 'connect';
      // A kept connection never says it again: listeners would pile up on it.
      if (!socket.connecting) seen.isConnected = true;
      else socket.once(connected, () => (seen.isConnected = true));
    });
    sent.on('error', fail);
    sent.on('response', (response) => {
      seen.status = response.statusCode ?? 0;
      readAll(response, options.mostBytes ?? mostReplyBytes).then((bytes) => {
        const reply = { status: seen.status ?? 0, headers: headersOf(response), body: bytes };
        resolve(forgetEchoes(reply, outgoing.headers));
      }, fail);
    });
    sent.end(body);
  });
}

type Progress = { isConnected: boolean; status: number | null };

function open(
  outgoing: Request,
  body: Uint8Array,
  signal: AbortSignal,
  { lookup }: WireOptions,
): ClientRequest {
  const url = new URL(outgoing.url);
  const isSecure = url.protocol === 'https:';
  const send = isSecure ? requestSecure : requestPlain;
  return send(url, {
    method: outgoing.method,
    headers: {
      ...Object.fromEntries(outgoing.headers),
      'accept-encoding': 'identity',
      ...(body.byteLength > 0 && { 'content-length': body.byteLength }),
    },
    // An own resolver must not be bypassed by a connection that is already open.
    agent: lookup === undefined ? agents[isSecure ? 'https:' : 'http:'] : false,
    signal,
    ...(lookup !== undefined && { lookup }),
  });
}

async function readAll(response: IncomingMessage, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new Error(`the reply is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  if (!response.complete) throw new Error('the reply broke off');
  const encoding = response.headers['content-encoding'] ?? 'identity';
  return new Uint8Array(await decoded(Buffer.concat(chunks), encoding, mostBytes));
}

/** Some gateways compress although nobody asked them to. */
async function decoded(body: Buffer, encoding: string, mostBytes: number): Promise<Buffer> {
  const limit = { maxOutputLength: mostBytes };
  if (encoding === 'br') return promisify(brotliDecompress)(body, limit);
  return /^(x-)?(gzip|deflate)$/.test(encoding) ? promisify(unzip)(body, limit) : body;
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
}

function failure(error: unknown, signal: AbortSignal, { isConnected, status }: Progress): unknown {
  if (signal.aborted && !isTimeout(signal.reason)) return signal.reason;
  if (signal.aborted) return new TransportError('timeout', error, status);
  return new TransportError(kindOf(error, isConnected), error, status);
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

/** A connection that was reset may have delivered the request: only what never connected did not. */
function kindOf(error: unknown, isConnected: boolean): TransportKind {
  if (isConnected) return 'cut';
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string') return 'connect';
  if (code === 'ENOTFOUND') return 'dns';
  return /CERT|_SIGNATURE|SELF_SIGNED|ALTNAME/.test(code) ? 'tls' : 'connect';
}
