import type { ImageModelSpec, Provider } from '../run-spec.ts';

/** What a provider's models have where a configuration does not say. */
export type ProviderDefaults = {
  /** Null = the configuration must give one. */
  readonly baseUrl: string | null;
  readonly apiKeyEnv: string | null;
  readonly imageWire: ImageModelSpec['wire'];
  /** Of the API, where the address does not name it. */
  readonly apiVersion?: string;
};

export const providerDefaults: Readonly<Record<Provider, ProviderDefaults>> = {
  openai: {
    baseUrl: 'https://api.openai.com/v1',
    apiKeyEnv: 'OPENAI_API_KEY',
    imageWire: 'openai',
  },
  azure: {
    baseUrl: null,
    apiKeyEnv: 'AZURE_OPENAI_API_KEY',
    imageWire: 'openai',
    apiVersion: '2024-10-21',
  },
  ark: {
    baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
    apiKeyEnv: 'ARK_API_KEY',
    imageWire: 'ark',
  },
  dashscope: {
    baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
    apiKeyEnv: 'DASHSCOPE_API_KEY',
    imageWire: 'openai',
  },
  'openai-compatible': { baseUrl: null, apiKeyEnv: null, imageWire: 'openai' },
  simulated: { baseUrl: null, apiKeyEnv: null, imageWire: 'ark' },
};
