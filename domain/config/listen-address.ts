import { UsageError } from '../errors/usage-error.ts';

/** Where a server listens. */
export type ListenAddress = { readonly host: string; readonly port: number };

/**
 * Reads `<host>:<port>`, `[<IPv6>]:<port>` or a port alone, which means 127.0.0.1. Port 0 is any.
 *
 * @param setting  what the text was given as, for the error
 * @throws {UsageError} for anything else
 */
export function readListenAddress(text: string, setting: string): ListenAddress {
  const found = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))?:)?(\d{1,5})$/.exec(text.trim());
  const port = Number(found?.[3]);
  if (found === null || port > 65_535) {
    throw new UsageError(
      `${setting} is "${text}"; it takes <host>:<port>, or a port alone for 127.0.0.1.`,
    );
  }
  return { host: found[1] ?? found[2] ?? '127.0.0.1', port };
}

/** The address as it stands in a URL. */
export function formatAddress({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
