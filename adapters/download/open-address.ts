import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP } from 'node:net';
import {
  faultOfAddress,
  hasForeignPort,
  isLocalHost,
  isPublicAddress,
  lookupWhere,
  NotPublicError,
  type Resolve,
} from './public-address.ts';

export type OpenAddressOptions = {
  readonly signal: AbortSignal;
  readonly mostRedirects: number;
  /** Admits this machine beside the public internet, and nothing else: for tests. */
  readonly allowLoopback: boolean;
  readonly resolve?: Resolve;
};

/** An address that is not fetched from: another scheme, a password in it, too many redirects. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
}

/**
 * Opens an address that a person or a file gave and follows its redirects. Each address on the way
 * must be http or https, carry no password, and lie on the public internet; the connection goes to
 * the very IP address that was checked. The body is not read: consume or destroy it.
 *
 * @throws {RefusedAddressError | NotPublicError} for an address that is not fetched from
 * @throws the network's own error, or the signal's reason
 */
export async function openAddress(
  url: string,
  options: OpenAddressOptions,
): Promise<IncomingMessage> {
  let address = checkedAddress(url, undefined, options);
  for (let redirects = 0; ; redirects += 1) {
    const reply = await requestOf(address, options);
    const { statusCode = 0, headers } = reply;
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return reply;
    reply.destroy();
    if (redirects >= options.mostRedirects)
      throw new RefusedAddressError(`redirects more than ${options.mostRedirects} times`);
    address = checkedAddress(headers.location, address, options);
  }
}

function checkedAddress(
  url: string,
  base: URL | undefined,
  { allowLoopback }: OpenAddressOptions,
): URL {
  if (!URL.canParse(url, base?.href)) throw new RefusedAddressError('is no valid address');
  const address = new URL(url, base);
  const fault = faultOfAddress(address);
  if (fault !== null) throw new RefusedAddressError(fault);
  if (hasForeignPort(address)) throw new RefusedAddressError('names the port of another service');
  // A literal address is not looked up, so it is checked here.
  if (isLocalHost(address.hostname) && !(allowLoopback && isLoopback(address.hostname)))
    throw new NotPublicError('the host is not public');
  return address;
}

function requestOf(address: URL, options: OpenAddressOptions): Promise<IncomingMessage> {
  const send = address.protocol === 'https:' ? requestSecure : requestPlain;
  return new Promise((resolve, reject) => {
    const sent = send(address, {
      headers: { accept: '*/*', 'accept-encoding': 'identity' },
      // A connection of its own: one kept open could lead where this lookup would not.
      agent: false,
      signal: options.signal,
      lookup: lookupWhere(
        options.allowLoopback ? isPublicOrLoopback : isPublicAddress,
        options.resolve,
      ),
    });
    sent.on('error', (error) => reject(options.signal.aborted ? options.signal.reason : error));
    sent.on('response', resolve);
    sent.end();
  });
}

function isPublicOrLoopback(address: string): boolean {
  return isPublicAddress(address) || isLoopback(address);
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 4 ? host.startsWith('127.') : host === '::1' || host === 'localhost';
}
