import type { ChatModelSpec } from '../run-spec.ts';

/** What the replies of a chat model depend on: the same in all is the same model. */
export function chatIdentity(model: ChatModelSpec): Record<string, unknown> {
  return {
    provider: model.provider,
    endpoint: model.endpointIdentity,
    model: model.model,
    temperature: model.temperature,
    seed: model.seed,
    maxTokens: model.maxTokens,
    extraBody: model.extraBody,
  };
}
