import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

// Two lists: one that holds IPv6 ranges also answers for the IPv4 addresses mapped into them.
const privateIpv4 = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  privateIpv4.addSubnet(net, prefix, 'ipv4');
}

const privateIpv6 = new BlockList();
// Only 2000::/3 is given out; of it, what tunnels or translates IPv4 could lead back inside.
for (const [net, prefix] of [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  privateIpv6.addSubnet(net, prefix, 'ipv6');
}

/** An address that nobody outside may send us to. */
export class NotPublicError extends Error {
  override readonly name = 'NotPublicError';
}

/** Whether an IP address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !privateIpv4.check(address, 'ipv4');
  return family === 6 && !privateIpv6.check(address, 'ipv6');
}

/** Names that only an inner network knows; a name of one word is one of them. */
const localName = /^[^.]*$|\.(?:localhost|local|internal|localdomain|lan|corp|home|home\.arpa)$/i;

/** Whether a host of a URL says by itself that it is not public: a literal address, or a local name. */
export function isLocalHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.+$/, '');
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return localName.test(host);
}

/** Why an address is not fetched from, whatever its host is; null when there is no reason. */
export function faultOfAddress(address: URL): string | null {
  if (address.protocol !== 'https:' && address.protocol !== 'http:')
    return 'is neither http nor https';
  if (address.username !== '' || address.password !== '')
    return 'has a user name or password in it';
  return null;
}

/** Below 1024 other services listen, some of which would take a request for one of theirs. */
export function hasForeignPort({ port }: URL): boolean {
  return port !== '' && port !== '80' && port !== '443' && Number(port) < 1024;
}

/** What turns a name into addresses; Node's by default. */
export type Resolve = typeof lookup;

/**
 * Resolves a host name for a connection and fails with `NotPublicError` when any of its addresses
 * is not admitted. The connection goes to the very address that was checked.
 */
export function lookupWhere(
  isAdmitted: (address: string) => boolean,
  resolve: Resolve = lookup,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isAdmitted(address))) {
        return callback(new NotPublicError('the host has an address that is not public'), '');
      }
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
