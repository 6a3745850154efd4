import type { ChatModelSpec } from '../../domain/run-spec.ts';

type Addressed = Pick<ChatModelSpec, 'provider' | 'baseUrl' | 'model' | 'apiVersion'>;

/** Where a model's requests go and how they show their key. */
export type ModelEndpoint = {
  /** Without a slash at its end; paths such as `/chat/completions` follow. */
  readonly baseUrl: string;
  readonly query: Readonly<Record<string, string>>;
  readonly keyHeaders: Readonly<Record<string, string>>;
};

/**
 * The endpoint of a model. Azure names the deployment in the path and the version of its API in the
 * query, and takes the key in a header of its own; all others take a bearer token.
 */
export function modelEndpoint(model: Addressed, apiKey: string): ModelEndpoint {
  const baseUrl = model.baseUrl.replace(/\/+$/, '');
  if (model.provider !== 'azure') {
    return { baseUrl, query: {}, keyHeaders: { Authorization: `Bearer ${apiKey}` } };
  }
  const resource = baseUrl.replace(/\/openai$/, '');
  return {
    baseUrl: `${resource}/openai/deployments/${encodeURIComponent(model.model)}`,
    query: model.apiVersion === undefined ? {} : { 'api-version': model.apiVersion },
    keyHeaders: { 'api-key': apiKey },
  };
}
