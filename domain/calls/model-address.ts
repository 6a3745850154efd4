import type { Config } from '../config/config.ts';
import { providerDefaults } from '../config/provider-defaults.ts';
import { UsageError } from '../errors/usage-error.ts';

type Address = Pick<Config['models']['answer'], 'provider' | 'baseUrl' | 'apiVersion'>;

/** @throws {UsageError} when a provider without a default address has none */
export function baseUrlOf(
  use: string,
  { provider, baseUrl }: Address,
  { simulatedBaseUrl }: { readonly simulatedBaseUrl: string | null },
): string {
  const given =
    baseUrl ??
    providerDefaults[provider].baseUrl ??
    (provider === 'simulated' ? simulatedBaseUrl : null);
  if (given !== null) return given.replace(/\/+$/, '');
  throw new UsageError(
    `models.${use}.baseUrl is missing; the provider ${provider} has no default address`,
  );
}

/** @throws {UsageError} where the address or the provider has no place for a version */
export function apiVersionOf(
  use: string,
  { provider, apiVersion, baseUrl }: Address,
): string | undefined {
  if (provider !== 'azure') {
    if (apiVersion === undefined) return undefined;
    throw new UsageError(
      `models.${use}.apiVersion belongs to the provider azure and has no effect on ${provider}; remove it`,
    );
  }
  if (/\/openai\/v1\/?$/.test(baseUrl ?? ''))
    throw new UsageError(
      `models.${use}.baseUrl ends in /openai/v1, which has neither deployments nor versions: take the ` +
        'provider openai-compatible for it, or leave the path away',
    );
  return apiVersion ?? providerDefaults.azure.apiVersion;
}
