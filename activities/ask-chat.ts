import { Context } from '@temporalio/activity';
import { accountLimits } from '../domain/account-limits.ts';
import { budgetOf } from '../domain/budget.ts';
import { callKey, seedOf } from '../domain/call-key.ts';
import { type ChatReply, readChatEnvelope } from '../domain/chat-envelope.ts';
import { expectedTokens } from '../domain/expected-tokens.ts';
import type { ChatRequest, WireReply } from '../domain/model-call.ts';
import { chatPrice, mostChatPrice } from '../domain/pricing.ts';
import type { ChatModelSpec, RunSpec } from '../domain/run-spec.ts';
import type { CallOwner } from '../domain/stores/call-store.ts';
import type { PaidCall } from './paid-call.ts';
import type { CachedCall } from './record-step.ts';
import type { FramePicture } from './run-reader.ts';

/** One chat request as it goes out: the pictures it names, the seed, the deadline. */
export type ChatSending = {
  readonly model: ChatModelSpec;
  readonly request: ChatRequest;
  readonly media: readonly FramePicture[];
  readonly seed: number | null;
  readonly signal: AbortSignal;
  readonly clientRequestId: string;
};

export type AskChatDependencies = {
  readonly paidCall: PaidCall;
  readonly sendChat: (sending: ChatSending) => Promise<WireReply>;
};

/** Asks a chat model about pictures, through the call store. */
export function createAskChat({ paidCall, sendChat }: AskChatDependencies) {
  return async function askChat(ask: {
    readonly owner: CallOwner;
    readonly spec: RunSpec;
    readonly model: ChatModelSpec;
    readonly request: ChatRequest;
    readonly media: readonly FramePicture[];
    readonly redraw: number;
    readonly noteCached: (call: CachedCall) => void;
  }): Promise<ChatReply> {
    const { owner, spec, model, request, media, redraw } = ask;
    const seed = seedOf(model.seed, owner.sample, redraw);
    const { value, usage, listUsd, isCached } = await paidCall<ChatReply>({
      owner,
      model,
      limits: accountLimits(spec, model),
      callKey: callKey({
        provider: model.provider,
        endpointIdentity: model.endpointIdentity,
        model: model.model,
        request: { ...request, ...samplingOf(model), seed },
        sample: owner.sample,
        redraw,
        cacheScope: spec.run.cache === 'run' ? spec.runId : null,
      }),
      activityId: Context.current().info.activityId,
      mostUsd: mostChatPrice(model, request),
      expectedTokens: expectedTokens(request, model.maxTokens),
      budget: budgetOf(spec),
      send: (signal, clientRequestId) =>
        sendChat({ model, request, media, seed, signal, clientRequestId }),
      read: (reply) => readChatEnvelope(model.provider, reply),
      price: (used) => chatPrice(model.price, used),
    });
    if (isCached) ask.noteCached({ usage, listUsd });
    return value;
  };
}
export type AskChat = ReturnType<typeof createAskChat>;

function samplingOf({ maxTokens, temperature, extraBody }: ChatModelSpec) {
  return { maxTokens, temperature, extraBody };
}
