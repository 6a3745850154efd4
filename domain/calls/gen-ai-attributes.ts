import { z } from 'zod';
import { readChatEnvelope } from './chat-envelope.ts';
import { classifyFailure } from '../errors/error-table.ts';
import { readImageEnvelope } from './image-envelope.ts';
import type { WireReply } from './model-call.ts';
import type { ChatModelSpec, ImageModelSpec, Provider } from '../run-spec.ts';
import { StepError } from '../errors/step-error.ts';
import { TransportError } from '../errors/transport-error.ts';
import { utf8Text } from '../text/utf8-text.ts';

/** The one version of OpenTelemetry's conventions for generative AI that the names here follow. */
export const genAiSchemaUrl = 'https://opentelemetry.io/schemas/1.37.0';

export type SpanAttributes = Readonly<Record<string, string | number | readonly string[]>>;

/** One paid call, as it leaves. */
export type TracedCall = {
  readonly operation: 'chat' | 'image';
  readonly model: ChatModelSpec | ImageModelSpec;
  readonly seed: number | null;
};

/** Names the conventions have of their own; others stand as they are configured. */
const providerNames: Partial<Record<Provider, string>> = { azure: 'azure.ai.openai' };
const operationNames = { chat: 'chat', image: 'generate_content' } as const;

/** `{operation} {model}`. */
export function spanName({ operation, model }: TracedCall): string {
  return `${operationNames[operation]} ${model.model}`;
}

/** What is asked for; never what is said or shown. */
export function requestAttributes({ operation, model, seed }: TracedCall): SpanAttributes {
  const chat = 'maxTokens' in model ? model : null;
  return {
    'gen_ai.operation.name': operationNames[operation],
    'gen_ai.provider.name': providerNames[model.provider] ?? model.provider,
    'gen_ai.request.model': model.model,
    'gen_ai.output.type': operation === 'chat' ? 'text' : 'image',
    ...serverAttributes(model.baseUrl),
    ...(chat !== null && { 'gen_ai.request.max_tokens': chat.maxTokens }),
    ...(chat !== null &&
      chat.temperature !== null && { 'gen_ai.request.temperature': chat.temperature }),
    ...(seed !== null && { 'gen_ai.request.seed': seed }),
  };
}

/** Host and port of a URL; credentials in it are left out. */
function serverAttributes(baseUrl: string): SpanAttributes {
  const found = /^(https?):\/\/(?:[^/@]*@)?(\[[^\]]+\]|[^/:?#]+)(?::(\d+))?/.exec(baseUrl);
  if (found === null) return {};
  const [, protocol, host = '', port] = found;
  return {
    'server.address': host,
    'server.port': port === undefined ? (protocol === 'https' ? 443 : 80) : Number(port),
  };
}

const text = z.string().nullish().catch(null);
const count = z.number().nullish().catch(null);
const replySchema = z.object({
  id: text,
  model: text,
  choices: z
    .array(z.object({ finish_reason: text }))
    .nullish()
    .catch(null),
  usage: z
    .object({ prompt_tokens: count, completion_tokens: count, generated_images: count })
    .nullish()
    .catch(null),
});

/** What came back: ids, counts and, where it is no usable reply, the failure class as `error.type`. */
export function responseAttributes(call: TracedCall, reply: WireReply): SpanAttributes {
  const read = call.operation === 'chat' ? readChatEnvelope : readImageEnvelope;
  const envelope = read(call.model.provider, reply);
  const { id, model, choices, usage } = replySchema.safeParse(parsed(reply)).data ?? {};
  const reasons = (choices ?? []).flatMap(({ finish_reason }) => finish_reason ?? []);
  return {
    'http.response.status_code': reply.status,
    ...(id && { 'gen_ai.response.id': id }),
    ...(model && { 'gen_ai.response.model': model }),
    ...(reasons.length > 0 && { 'gen_ai.response.finish_reasons': reasons }),
    ...usageAttributes(usage),
    ...(!envelope.ok && { 'error.type': envelope.failure.class }),
  };
}

function usageAttributes(usage: z.infer<typeof replySchema>['usage']): SpanAttributes {
  const counts = {
    'gen_ai.usage.input_tokens': usage?.prompt_tokens,
    'gen_ai.usage.output_tokens': usage?.completion_tokens,
    'videoqa.images': usage?.generated_images,
  };
  return Object.fromEntries(
    Object.entries(counts).flatMap(([name, value]) =>
      typeof value === 'number' ? [[name, value]] : [],
    ),
  );
}

/** The same where no whole reply came. */
export function errorAttributes({ model }: TracedCall, error: unknown): SpanAttributes {
  if (error instanceof StepError) return { 'error.type': error.failureClass };
  if (!(error instanceof TransportError)) return { 'error.type': 'unclassified' };
  const { kind, status } = error;
  const { provider } = model;
  const failure = classifyFailure({
    provider,
    status,
    headers: {},
    bodyText: null,
    transport: kind,
  });
  return {
    'error.type': failure.class,
    ...(status !== null && { 'http.response.status_code': status }),
  };
}

function parsed({ body }: WireReply): unknown {
  try {
    return JSON.parse(utf8Text(body)) as unknown;
  } catch {
    return null;
  }
}
