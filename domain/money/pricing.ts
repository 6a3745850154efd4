import type { ChatRequest } from '../calls/model-call.ts';
import type { ChatModelSpec, ImageModelSpec } from '../run-spec.ts';
import type { CallUsage } from '../stores/call-store.ts';

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

/**
 * US dollars of a picture call; null without a price, or where it is priced by tokens and the
 * provider gave no figures. A provider that does not count its pictures made one.
 */
export function imagePrice(price: ImageModelSpec['price'], usage: CallUsage): number | null {
  if (price === null) return null;
  if ('image' in price) return (usage.images ?? 1) * price.image;
  const { promptTokens, completionTokens, imageTokens } = usage;
  if (promptTokens === null || completionTokens === null || imageTokens === undefined) return null;
  const { prompt, completion } = imageTokens;
  const millionths =
    (promptTokens - prompt) * price.inputPerM +
    prompt * price.imageInputPerM +
    (completionTokens - completion) * price.outputPerM +
    completion * price.imageOutputPerM;
  return millionths / 1e6;
}

/** What a picture call may cost at most: the reservation while it is in flight. Null without a price. */
export function mostImagePrice(
  price: ImageModelSpec['price'],
  request: { readonly promptBytes: number; readonly size: string },
): number | null {
  const tokens = mostTokensOfPicture(request.size);
  return imagePrice(price, {
    promptTokens: request.promptBytes + tokens,
    completionTokens: tokens,
    images: 1,
    imageTokens: { prompt: tokens, completion: tokens },
  });
}

/**
 * Tokens of a picture that a model takes in or makes, at most. By OpenAI's lists a megapixel at high
 * quality comes to 4,500; nearly twice that is reserved, for a megapixel and a half where the size
 * names fewer or none.
 */
function mostTokensOfPicture(size: string): number {
  const [, width = '', height = ''] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  const megapixels = (Number(width) * Number(height)) / 2 ** 20;
  return Math.ceil(8192 * Math.max(1.5, megapixels));
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
export function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}
