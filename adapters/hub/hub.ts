import { UsageError } from '../../domain/errors/usage-error.ts';

/** Where models are fetched from. */
export type Hub = {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Sent to this hub only, never to where it redirects; null for public models. */
  readonly token: string | null;
  /** Whether the person asked for no network at all. */
  readonly isOffline: boolean;
};

const publicHub = 'https://huggingface.co';

/**
 * Reads the variables that Hugging Face's own tools read: `HF_ENDPOINT`, `HF_TOKEN` and
 * `HF_HUB_OFFLINE`.
 *
 * @throws {UsageError} when `HF_ENDPOINT` is no web address
 */
export function hubFrom(environment: NodeJS.ProcessEnv): Hub {
  const address = environment['HF_ENDPOINT']?.trim() || publicHub;
  if (!/^https?:$/.test(protocolOf(address))) {
    throw new UsageError(`HF_ENDPOINT is "${address}"; give it as https://host, or unset it`);
  }
  return {
    baseUrl: address.replace(/\/+$/, ''),
    token: environment['HF_TOKEN']?.trim() || null,
    isOffline: /^(1|true|yes|on)$/i.test(environment['HF_HUB_OFFLINE']?.trim() ?? ''),
  };
}

function protocolOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : '';
}
