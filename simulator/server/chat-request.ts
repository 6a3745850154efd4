import { z } from 'zod';
import { decodeDataUri } from './data-uri.ts';
import { invalidRequest } from './refused-request.ts';

const textPartSchema = z.object({ type: z.literal('text'), text: z.string() });
const imagePartSchema = z.object({
  type: z.literal('image_url'),
  image_url: z.union([z.string(), z.object({ url: z.string() }).transform(({ url }) => url)]),
});

const chatBodySchema = z.object({
  model: z.string().min(1),
  messages: z
    .array(
      z.object({
        role: z.enum(['system', 'developer', 'user', 'assistant']),
        content: z.union([
          z.string(),
          z.array(z.discriminatedUnion('type', [textPartSchema, imagePartSchema])),
        ]),
      }),
    )
    .min(1),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stream: z.literal(false).nullish(),
});

/** A frame as the model was shown it. */
export type ShownFrame = {
  /** The number the text before it gave it, else its place among the frames, from 0. */
  readonly frameId: number;
  readonly encoded: Buffer;
};

/** What a chat request comes down to. */
export type ChatRequest = {
  readonly model: string;
  readonly maxTokens: number | null;
  /** Every text of the system and the user, in order. */
  readonly texts: readonly string[];
  readonly frames: readonly ShownFrame[];
  /** Characters of all texts, the assistant's earlier ones too. */
  readonly characters: number;
};

/** Reads the body of a chat request; throws `RefusedRequest` where a provider would refuse. */
export function readChatRequest(body: unknown): ChatRequest {
  const parsed = chatBodySchema.safeParse(body);
  if (!parsed.success)
    throw invalidRequest(`Invalid chat request: ${z.prettifyError(parsed.error)}`);
  const { model, messages, max_tokens, max_completion_tokens } = parsed.data;

  const texts: string[] = [];
  const frames: ShownFrame[] = [];
  let characters = 0;
  let announcedId: number | null = null;
  for (const { role, content } of messages) {
    const parts =
      typeof content === 'string' ? [{ type: 'text', text: content } as const] : content;
    for (const part of parts) {
      if (part.type === 'image_url') {
        const encoded = decodeDataUri(part.image_url);
        frames.push({ frameId: announcedId ?? frames.length, encoded });
        announcedId = null;
        continue;
      }
      characters += part.text.length;
      if (role !== 'assistant') texts.push(part.text);
      const announcement = /frame id:\s*(\d+)/i.exec(part.text);
      if (announcement !== null) announcedId = Number(announcement[1]);
    }
  }
  const maxTokens = max_completion_tokens ?? max_tokens ?? null;
  return { model, maxTokens, texts, frames, characters };
}
