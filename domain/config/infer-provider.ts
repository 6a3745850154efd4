import { UsageError } from '../errors/usage-error.ts';
import { providers, type Provider } from '../run-spec.ts';
import { nearestName } from '../text/nearest-name.ts';

const hosts: readonly { readonly suffix: string; readonly provider: Provider }[] = [
  { suffix: '.volces.com', provider: 'ark' },
  { suffix: '.openai.azure.com', provider: 'azure' },
  { suffix: '.aliyuncs.com', provider: 'dashscope' },
];

const plannedProviders = ['local'];

/**
 * Tells the provider from the host of an address, as the original script's users expect, but by
 * the host's own domain and never by a part of the text: `spark.example.org` is not Ark, and an
 * unknown host speaks the OpenAI protocol.
 *
 * @throws {UsageError} for an address without a host
 */
export function inferProvider(baseUrl: string): Provider {
  const host = /^https?:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]+)/i.exec(baseUrl)?.[1]?.toLowerCase();
  if (host === undefined)
    throw new UsageError('the base URL must begin with http:// or https:// and name a host');
  return hosts.find(({ suffix }) => host.endsWith(suffix))?.provider ?? 'openai-compatible';
}

/** Reads a provider named on the command line. */
export function readProvider(flag: string, name: string): Provider {
  const provider = providers.find((known) => known === name);
  if (provider !== undefined) return provider;
  if (plannedProviders.includes(name))
    throw new UsageError(`${flag} ${name}: not built yet; use ${providers.join(', ')}`);
  const nearest = nearestName(name, providers);
  throw new UsageError(
    `${flag} ${name}: unknown provider; ${nearest === null ? `use ${providers.join(', ')}` : `did you mean ${nearest}?`}`,
  );
}
