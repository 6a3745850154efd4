import { z } from 'zod';
import { badEnvelope, type Envelope, openEnvelope } from './envelope.ts';
import type { ClassifiedFailure } from '../errors/error-table.ts';
import type { WireReply } from './model-call.ts';
import type { Provider } from '../run-spec.ts';
import type { CallUsage } from '../stores/call-store.ts';

export type ChatReply = { readonly text: string; readonly responseModel: string | null };

const count = z.number().min(0).nullish().catch(null);
const usageSchema = z.object({
  usage: z.object({ prompt_tokens: count, completion_tokens: count }),
});
const chatSchema = z.object({
  model: z.string().nullish().catch(null),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish().catch(null),
        message: z.object({
          content: z
            .union([z.string(), z.array(z.object({ text: z.string().nullish().catch(null) }))])
            .nullish(),
          refusal: z.string().nullish().catch(null),
        }),
      }),
    )
    .min(1),
});
type Choice = z.infer<typeof chatSchema>['choices'][number];

/**
 * Opens a chat completion. Cut off by length, filtered, refused or empty replies are not usable,
 * whatever text they hold; their usage is still paid.
 */
export function readChatEnvelope(provider: Provider, reply: WireReply): Envelope<ChatReply> {
  const { json, problem } = openEnvelope(provider, reply);
  const usage = readUsage(json);
  if (problem !== null) return { ok: false, failure: problem, usage };
  const parsed = chatSchema.safeParse(json);
  const choice = parsed.data?.choices[0];
  if (choice === undefined) {
    return { ok: false, failure: badEnvelope(provider, 'no choices'), usage };
  }
  const text = plainText(choice.message.content);
  const failure = refusalOf(provider, choice) ?? emptiness(provider, text);
  if (failure !== null) return { ok: false, failure, usage };
  return {
    ok: true,
    value: { text, responseModel: parsed.data?.model ?? null },
    usage: usage ?? { promptTokens: null, completionTokens: null, images: null },
  };
}

function refusalOf(
  provider: Provider,
  { finish_reason, message }: Choice,
): ClassifiedFailure | null {
  const refused = (what: string) =>
    ({
      row: 20,
      class: 'refused_output',
      action: 'fail',
      message: `${provider}: ${what}`,
    }) as const;
  if (finish_reason === 'length') {
    const what = `${provider}: the reply was cut off at maxTokens`;
    return { row: 21, class: 'truncated', action: 'fail', message: what };
  }
  if (finish_reason === 'content_filter') return refused('the reply was filtered');
  return message.refusal ? refused('the model refused') : null;
}

function emptiness(provider: Provider, text: string): ClassifiedFailure | null {
  return text.trim() === '' ? badEnvelope(provider, 'an empty reply') : null;
}

/** Token counts; null when the reply has no usage figures. */
function readUsage(json: unknown): CallUsage | null {
  const usage = usageSchema.safeParse(json).data?.usage;
  const promptTokens = usage?.prompt_tokens ?? null;
  const completionTokens = usage?.completion_tokens ?? null;
  if (promptTokens === null && completionTokens === null) return null;
  return { promptTokens, completionTokens, images: null };
}

/** Some gateways send the content in parts. */
function plainText(content: Choice['message']['content']): string {
  if (content === null || content === undefined) return '';
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('');
}
