import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { StepError } from '../../domain/step-error.ts';
import { mediaTypeOf } from '../frames/picture.ts';

const mostBytes = 25 * 1024 * 1024;
const timeoutMs = 60_000;
const mostRedirects = 3;

/**
 * Fetches a generated picture from the address a provider gave. Status, size and magic bytes are
 * checked; addresses inside private networks are refused unless they are the provider's own.
 *
 * @throws {StepError} `asset_expired` for 403, 404 and 410; `provider_error` to try again; `bad_media`
 */
export async function downloadPicture(url: string, trustedBaseUrl: string): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(timeoutMs);
  let address = new URL(url);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    await refusePrivate(address, trustedBaseUrl);
    const response = await fetch(address, { redirect: 'manual', signal }).catch((cause: unknown) => {
      throw new StepError('connection', 'retry', 'A generated picture could not be fetched', { cause });
    });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      address = new URL(location, address);
      continue;
    }
    if (response.ok) return readPicture(response);
    throw refused(response.status);
  }
  throw new StepError('bad_media', 'fail', `A generated picture redirects more than ${mostRedirects} times`);
}

function refused(status: number): StepError {
  if ([403, 404, 410].includes(status)) {
    return new StepError('asset_expired', 'fail', `A generated picture's address is gone (status ${status}); it was paid for`);
  }
  return new StepError('provider_error', 'retry', `A generated picture's address replied with status ${status}`);
}

async function readPicture(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > mostBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new StepError('connection', 'retry', 'A generated picture broke off', { cause });
  }
  const bytes = new Uint8Array(Buffer.concat(chunks));
  const declared = Number(response.headers.get('content-length') ?? size);
  if (size > mostBytes) throw new StepError('bad_media', 'fail', 'A generated picture is larger than 25 MB');
  if (size < declared) throw new StepError('connection', 'retry', 'A generated picture broke off');
  if (mediaTypeOf(bytes) !== null) return bytes;
  throw new StepError('bad_media', 'retry', 'The address of a generated picture holds no picture');
}

const privateRanges = new BlockList();
for (const [net, prefix] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.168.0.0', 16], ['224.0.0.0', 3]] as const) {
  privateRanges.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [['::', 127], ['::ffff:0:0', 96], ['64:ff9b::', 96], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8]] as const) {
  privateRanges.addSubnet(net, prefix, 'ipv6');
}

/** The provider's own origin is trusted by configuration; every other host must be public. */
async function refusePrivate(address: URL, trustedBaseUrl: string): Promise<void> {
  if (address.origin === new URL(trustedBaseUrl).origin) return;
  const host = address.hostname.replace(/^\[|\]$/g, '');
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await lookup(host, { all: true }).catch(() => []);
  const isPrivate = ({ address: ip, family }: { address: string; family: number }) =>
    privateRanges.check(ip, family === 6 ? 'ipv6' : 'ipv4');
  if (/^https?:$/.test(address.protocol) && found.length > 0 && !found.some(isPrivate)) return;
  throw new StepError('bad_media', 'fail', 'A generated picture has an address that is not on the public internet');
}
