import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** What a request without key and content found out about an address. */
export type ProbedEndpoint = {
  readonly baseUrl: string;
  /** Of the reply, whatever it was; null when there was none. */
  readonly status: number | null;
  readonly problem: string | null;
  /** Milliseconds since 1970; null without TLS. */
  readonly certificateEndsAt: number | null;
  /** How far the server's clock is ahead of this one; null when it does not tell. */
  readonly aheadMs: number | null;
};

const limitMs = 5000;

/** Sends one HEAD request: it reaches no model, carries no key, and costs nothing. */
export function probeEndpoint(baseUrl: string): Promise<ProbedEndpoint> {
  const nothing = { baseUrl, status: null, problem: null, certificateEndsAt: null, aheadMs: null };
  return new Promise((resolve) => {
    const send = baseUrl.startsWith('https:') ? requestHttps : requestHttp;
    const request = send(baseUrl, { method: 'HEAD', agent: false, timeout: limitMs });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${limitMs / 1000} s`)));
    request.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ ...nothing, problem: error.code ?? error.message });
    });
    request.on('response', (response) => {
      response.resume();
      const told = Date.parse(response.headers.date ?? '');
      resolve({
        ...nothing,
        status: response.statusCode ?? null,
        certificateEndsAt: certificateEnd(response.socket),
        aheadMs: Number.isNaN(told) ? null : told - Date.now(),
      });
    });
    request.end();
  });
}

function certificateEnd(socket: object): number | null {
  if (!('getPeerCertificate' in socket)) return null;
  const end = Date.parse((socket as TLSSocket).getPeerCertificate().valid_to);
  return Number.isNaN(end) ? null : end;
}
