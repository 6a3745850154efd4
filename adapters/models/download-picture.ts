import { setTimeout as sleep } from 'node:timers/promises';
import type { WireReply } from '../../domain/calls/model-call.ts';
import { classifyPictureAddress } from '../../domain/frames/picture-address.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import { TransportError } from '../../domain/errors/transport-error.ts';
import { mediaTypeOf } from '../frames/picture.ts';
import {
  faultOfAddress,
  hasForeignPort,
  isLocalHost,
  isPublicAddress,
  lookupWhere,
  NotPublicError,
  type Resolve,
} from '../download/public-address.ts';
import { wireFetch } from './wire-fetch.ts';

const mostBytes = 25 * 1024 * 1024;
const mostRedirects = 3;

/** Times an address is tried that brought a page or half a picture: fetching costs nothing. */
const tries = 3;

/** Bounds of one fetch; the defaults are those of the product. */
type Bounds = {
  readonly timeoutMs?: number;
  readonly pauseMs?: number;
  readonly resolve?: Resolve;
};

/**
 * Fetches a generated picture from the address a provider gave. Status, content type, size and
 * magic bytes are checked; addresses inside private networks are refused, also behind redirects,
 * unless they are the provider's own.
 *
 * @param trustedBaseUrl  the provider's base URL: its origin is trusted by configuration
 * @throws {StepError} `asset_expired` for 403, 404 and 410; `connection`, `timeout` and
 *   `provider_error` to try again; `bad_media` for what is no picture or lies elsewhere
 */
export async function downloadPicture(
  url: string,
  trustedBaseUrl: string,
  { timeoutMs = 60_000, pauseMs = 1000, resolve }: Bounds = {},
): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      return pictureIn(await follow(url, { trustedBaseUrl, signal, resolve }));
    } catch (error) {
      const mayHeal = error instanceof StepError && error.action === 'retry';
      if (!mayHeal || error.failureClass === 'timeout') throw error;
      if (attempt >= tries) throw lastWord(error);
    }
    await sleep(pauseMs * attempt);
  }
}

/** What is no picture after several tries never will be; a network may still come back. */
function lastWord(error: StepError): StepError {
  return error.failureClass === 'bad_media' ? refusal('is no picture at its address') : error;
}

type Fetching = {
  readonly trustedBaseUrl: string;
  readonly signal: AbortSignal;
  readonly resolve: Resolve | undefined;
};

async function follow(url: string, fetching: Fetching): Promise<WireReply> {
  let address = addressOf(url);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const reply = await fetchFrom(address, fetching);
    const location = reply.headers['location'];
    if (reply.status < 300 || reply.status >= 400 || location === undefined) return reply;
    address = addressOf(location, address);
  }
  throw refusal(`redirects more than ${mostRedirects} times`);
}

function addressOf(url: string, base?: URL): URL {
  if (!URL.canParse(url, base?.href)) throw refusal('has no valid address');
  return new URL(url, base);
}

async function fetchFrom(
  address: URL,
  { trustedBaseUrl, signal, resolve }: Fetching,
): Promise<WireReply> {
  const isTrusted = address.origin === new URL(trustedBaseUrl).origin;
  const fault = faultOfAddress(address);
  if (fault !== null) throw refusal(`has an address that ${fault}`);
  // The provider itself is where the settings say, on whatever port.
  if (!isTrusted && hasForeignPort(address))
    throw refusal('has an address that names the port of another service');
  // A literal address is not looked up, so it is checked here.
  if (!isTrusted && isLocalHost(address.hostname)) throw notPublic();
  try {
    return await wireFetch(address, { method: 'GET' }, signal, {
      mostBytes,
      ...(!isTrusted && { lookup: lookupWhere(isPublicAddress, resolve) }),
    });
  } catch (error) {
    throw asStepError(error);
  }
}

function asStepError(error: unknown): unknown {
  if (!(error instanceof TransportError)) return error;
  const { cause, kind } = error;
  if (cause instanceof NotPublicError) return notPublic();
  if (cause instanceof Error && cause.message.includes('larger than')) {
    return refusal('is larger than 25 MB');
  }
  const failureClass = kind === 'timeout' ? 'timeout' : 'connection';
  return new StepError(failureClass, 'retry', 'A generated picture could not be fetched', {
    cause,
  });
}

function pictureIn({ status, headers, body }: WireReply): Uint8Array {
  if (status !== 200) {
    const { class: failureClass, action } = classifyPictureAddress(status);
    const what =
      failureClass === 'asset_expired'
        ? `is gone (status ${status}); it was paid for`
        : `replied with status ${status}`;
    throw new StepError(failureClass, action, `A generated picture's address ${what}`);
  }
  const contentType = headers['content-type'] ?? 'application/octet-stream';
  const mayBePicture = /^(image\/|application\/octet-stream|binary\/octet-stream)/i.test(
    contentType,
  );
  if (mayBePicture && mediaTypeOf(body) !== null) return body;
  throw new StepError('bad_media', 'retry', "A generated picture's address holds no picture");
}

function notPublic(): StepError {
  return refusal('has an address that is not on the public internet');
}

function refusal(what: string): StepError {
  return new StepError('bad_media', 'fail', `A generated picture ${what}`);
}
