import type { ChatModelSpec, ImageModelSpec } from '../../domain/run-spec.ts';

const common = {
  baseUrl: 'http://127.0.0.1:9/v1',
  endpointIdentity: 'lab',
  account: 'simulated-00000000',
  apiKeyEnv: 'LAB_KEY',
  seed: null,
  timeoutMs: 5000,
  maxAttempts: 10,
  maxWaitMs: 3_600_000,
  concurrency: 4,
  requestsPerMinute: null,
  tokensPerMinute: null,
  budgetUsd: null,
  extraBody: {},
} as const;

/** A chat model as a run would have it. */
export function chatModel(changes: Partial<ChatModelSpec> = {}): ChatModelSpec {
  return {
    ...common,
    provider: 'openai-compatible',
    model: 'vlm',
    maxTokens: 4096,
    temperature: null,
    price: { inputPerM: 0.4, outputPerM: 1.2 },
    ...changes,
  };
}

/** A picture-editing model as a run would have it. */
export function imageModel(changes: Partial<ImageModelSpec> = {}): ImageModelSpec {
  return {
    ...common,
    provider: 'ark',
    model: 'doubao-seedream-4-0-250828',
    wire: 'ark',
    size: 'auto',
    price: { image: 0.03 },
    ...changes,
  };
}
