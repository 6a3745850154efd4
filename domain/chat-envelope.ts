import { z } from 'zod';
import { badEnvelope, type Envelope, openEnvelope } from './envelope.ts';
import type { WireReply } from './model-call.ts';
import type { Provider } from './run-spec.ts';
import type { CallUsage } from './stores/call-store.ts';

export type ChatReply = { readonly text: string; readonly responseModel: string | null };

const count = z.number().min(0).nullish().catch(null);
const usageSchema = z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null);
const chatSchema = z.object({
  model: z.string().nullish().catch(null),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z
            .union([z.string(), z.array(z.object({ text: z.string().optional() }))])
            .nullish(),
          refusal: z.string().nullish().catch(null),
        }),
      }),
    )
    .min(1),
});

/**
 * Opens a chat completion. Cut off by length, filtered, refused or empty replies are not usable,
 * whatever text they hold; their usage is still paid.
 */
export function readChatEnvelope(provider: Provider, reply: WireReply): Envelope<ChatReply> {
  const opened = openEnvelope(provider, reply);
  if ('failure' in opened) return { ok: false, failure: opened.failure, usage: null };
  const usage = readUsage(opened.json);
  const parsed = chatSchema.safeParse(opened.json);
  if (!parsed.success) return { ok: false, failure: badEnvelope(provider, 'no choices'), usage };
  const [choice] = parsed.data.choices;
  const text = plainText(choice?.message.content);
  const refuse = (failureClass: 'truncated' | 'refused_output', what: string) =>
    ({
      ok: false,
      failure: { class: failureClass, action: 'fail', message: `${provider}: ${what}` },
      usage,
    }) as const;
  if (choice?.finish_reason === 'length') return refuse('truncated', 'the reply was cut off at maxTokens');
  if (choice?.finish_reason === 'content_filter') return refuse('refused_output', 'the reply was filtered');
  if (choice?.message.refusal) return refuse('refused_output', 'the model refused');
  if (text.trim() === '') return { ok: false, failure: badEnvelope(provider, 'an empty reply'), usage };
  return {
    ok: true,
    value: { text, responseModel: parsed.data.model ?? null },
    usage: usage ?? { promptTokens: null, completionTokens: null, images: null },
  };
}

function readUsage(json: unknown): CallUsage | null {
  const parsed = z.object({ usage: usageSchema }).safeParse(json);
  const usage = parsed.data?.usage;
  if (usage == null) return null;
  return {
    promptTokens: usage.prompt_tokens ?? null,
    completionTokens: usage.completion_tokens ?? null,
    images: null,
  };
}

function plainText(content: string | { text?: string | undefined }[] | null | undefined): string {
  if (content == null) return '';
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
}
