import { Context } from '@temporalio/activity';
import { accountLimits } from '../domain/limits/account-limits.ts';
import { budgetOf } from '../domain/money/budget.ts';
import { callKey, seedOf } from '../domain/calls/call-key.ts';
import { type ChatReply, readChatEnvelope } from '../domain/calls/chat-envelope.ts';
import { expectedTokens } from '../domain/money/expected-tokens.ts';
import { type ChatRequest, type WireReply, withPictures } from '../domain/calls/model-call.ts';
import { chatPrice, mostChatPrice } from '../domain/money/pricing.ts';
import type { Remedy } from '../domain/errors/remedy.ts';
import type { ChatModelSpec, RunSpec } from '../domain/run-spec.ts';
import type { CallOwner } from '../domain/stores/call-store.ts';
import type { PaidCall } from './paid-call.ts';
import type { CachedCall } from './record-step.ts';
import type { FramePicture } from './run-reader.ts';
import { type Draft, type RemedyDependencies, withRemedies } from './with-remedies.ts';

/** One chat request as it goes out: the pictures it names, the seed, the deadline. */
export type ChatSending = {
  readonly model: ChatModelSpec;
  readonly request: ChatRequest;
  readonly media: readonly FramePicture[];
  readonly seed: number | null;
  readonly signal: AbortSignal;
  readonly clientRequestId: string;
};

export type AskChatDependencies = RemedyDependencies & {
  readonly paidCall: PaidCall;
  readonly sendChat: (sending: ChatSending) => Promise<WireReply>;
};

/** What is asked, of which model, for which step. */
type Ask = {
  readonly owner: CallOwner;
  readonly spec: RunSpec;
  readonly model: ChatModelSpec;
  readonly request: ChatRequest;
  /** The pictures that the request names by their hashes. */
  readonly media: readonly FramePicture[];
  readonly redraw: number;
  readonly noteCached: (call: CachedCall) => void;
  readonly noteRemedy: (remedy: Remedy) => void;
};

/** Asks a chat model about pictures, through the call store; once more where a refusal may be mended. */
export function createAskChat(dependencies: AskChatDependencies) {
  return function askChat(ask: Ask): Promise<ChatReply> {
    const { media, redraw, noteRemedy } = ask;
    const first = { pictures: media, redraw };
    return withRemedies(dependencies, first, { takesSeed: true, noteRemedy }, (draft) =>
      askOnce(dependencies, ask, draft),
    );
  };
}
export type AskChat = ReturnType<typeof createAskChat>;

async function askOnce(
  { paidCall, sendChat }: AskChatDependencies,
  ask: Ask,
  { pictures, redraw }: Draft,
): Promise<ChatReply> {
  const { owner, spec, model } = ask;
  const replaced = new Map(ask.media.map(({ sha256 }, at) => [sha256, pictures[at]!]));
  const request = withPictures(ask.request, replaced);
  const seed = seedOf(model.seed, owner.sample, redraw);
  const { value, usage, listUsd, isCached } = await paidCall<ChatReply>({
    owner,
    model,
    limits: accountLimits(spec, model),
    priority: spec.run.priority,
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
      sendChat({ model, request, media: pictures, seed, signal, clientRequestId }),
    read: (reply) => readChatEnvelope(model.provider, reply),
    price: (used) => chatPrice(model.price, used),
  });
  if (isCached) ask.noteCached({ usage, listUsd });
  return value;
}

function samplingOf({ maxTokens, temperature, extraBody }: ChatModelSpec) {
  return { maxTokens, temperature, extraBody };
}
