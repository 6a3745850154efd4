import type { ChatRequest } from './model-call.ts';
import type { ChatModelSpec, ImageModelSpec } from './run-spec.ts';
import type { CallUsage } from './stores/call-store.ts';

/** Tokens a full-HD picture costs at most with common providers; for reservations only. */
const mostTokensPerPicture = 4096;

/** Tokens that a chat template adds around the messages. */
const templateTokens = 100;

/** US dollars of a chat call; null without a price or without figures from the provider. */
export function chatPrice(price: ChatModelSpec['price'], usage: CallUsage): number | null {
  const { promptTokens, completionTokens } = usage;
  if (price === null || promptTokens === null || completionTokens === null) return null;
  return (promptTokens * price.inputPerM + completionTokens * price.outputPerM) / 1e6;
}

/** US dollars of a picture call; a provider that does not count its pictures made one. */
export function imagePrice(price: ImageModelSpec['price'], usage: CallUsage): number | null {
  return price === null ? null : (usage.images ?? 1) * price.image;
}

/** What a chat call may cost at most: the reservation while it is in flight. Null without a price. */
export function mostChatPrice(
  spec: Pick<ChatModelSpec, 'price' | 'maxTokens'>,
  request: ChatRequest,
): number | null {
  const texts = [
    request.system ?? '',
    request.repair?.reply ?? '',
    request.repair?.complaint ?? '',
    ...request.parts.map((part) => (part.type === 'text' ? part.text : '')),
  ];
  return mostPromptPrice(spec, {
    bytes: texts.reduce((sum, text) => sum + utf8Length(text), 0),
    pictures: request.parts.filter((part) => part.type === 'image').length,
  });
}

/** The same for a prompt known by its size alone. */
export function mostPromptPrice(
  { price, maxTokens }: Pick<ChatModelSpec, 'price' | 'maxTokens'>,
  { bytes, pictures }: { readonly bytes: number; readonly pictures: number },
): number | null {
  return chatPrice(price, {
    // Tokenizers work on bytes: none makes more tokens than there are, whatever the script.
    promptTokens: templateTokens + bytes + pictures * mostTokensPerPicture,
    completionTokens: maxTokens,
    images: null,
  });
}

/** Bytes of a text in UTF-8. */
function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}
