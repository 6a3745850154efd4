import { isErrorText, isRefusal, type ParsedAnswer } from './answer-parsing.ts';
import { withoutThinking } from './json-blocks.ts';

/**
 * Reads a reply that is the answer as a whole, of any length: a caption, or an answer in full
 * sentences. An error text has no answer in it, nor has a reply that begins by refusing; what people
 * in the video refuse, further on or in quotes, is part of a description.
 *
 * @returns null when the reply holds no answer
 */
export function parseWholeReply(reply: string): ParsedAnswer | null {
  const spoken = withoutThinking(reply).trim();
  if (spoken === '' || isErrorText(spoken) || isRefusal(openingOf(spoken))) return null;
  return { answer: spoken, answerText: spoken, rule: 'whole-reply' };
}

/** The first sentence, without what it quotes. */
function openingOf(spoken: string): string {
  const [sentence = ''] = /^.*?(?:[.!?](?=\s|$)|$)/su.exec(spoken) ?? [];
  return sentence.replace(/"[^"]*"|“[^”]*”|«[^»]*»/gu, '');
}
