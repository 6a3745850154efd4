import type { ChatRequest } from '../calls/model-call.ts';

/** Tokens of one frame with common providers: more than most, less than the most. */
const tokensPerPicture = 1000;

/** Bytes of text per token, as English is. */
const bytesPerToken = 4;

/** Share of the completion tokens allowed that replies use: answers are short, plans are not. */
const completionShare = 0.25;

/**
 * Tokens that a chat call will probably use, prompt and completion together: what is taken from a
 * limit before the call and corrected by the provider's own figures after it.
 */
export function expectedTokens(request: ChatRequest, maxTokens: number): number {
  const texts = [
    request.system ?? '',
    request.repair?.reply ?? '',
    request.repair?.complaint ?? '',
    ...request.parts.map((part) => (part.type === 'text' ? part.text : '')),
  ];
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const pictures = request.parts.filter((part) => part.type === 'image').length;
  return Math.ceil(
    characters / bytesPerToken + pictures * tokensPerPicture + maxTokens * completionShare,
  );
}
