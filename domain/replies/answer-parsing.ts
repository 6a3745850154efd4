import { statedInPhrase } from './answer-phrase.ts';
import { chooseOption } from './choose-option.ts';
import type { AnswerOption } from '../item.ts';
import { lastObjectWith, withoutThinking } from './json-blocks.ts';

export type ParsedAnswer = {
  /** A letter of the options, or the text of an open-ended answer. */
  readonly answer: string;
  /** The chosen option's text, or the answer again. */
  readonly answerText: string;
  /** How it was found. */
  readonly rule: string;
};

/** A last line longer than this is reasoning. */
const longestOptionLine = 500;

/** A whole reply this long is no answer of a few words. */
const longestOpenAnswer = 300;

/**
 * Reads the answer out of a reply. The last well-formed JSON object with an `answer` decides, alone:
 * if it names no option, nothing else is searched. Without one: a sentence "the answer is B", a last
 * line that is a letter, a last line that is an option. Only letters of the options count, and a
 * refusal, an error text or a page of markup has none, however many letters it contains.
 *
 * @param options  empty for an open-ended question, whose answer is any text
 * @returns null when the reply holds no answer
 */
export function parseAnswer(reply: string, options: readonly AnswerOption[]): ParsedAnswer | null {
  const spoken = withoutThinking(reply).trim();
  const stated = lastObjectWith(reply, 'answer');
  if (options.length === 0) {
    return stated === null ? openAnswer(spoken) : openStated(stated.value['answer'], stated.rule);
  }
  if (stated !== null) {
    const said = asText(stated.value['answer']);
    return said === null ? null : chosen(said, options, stated.rule);
  }
  if (isErrorText(spoken)) return null;
  const phrase = statedInPhrase(spoken, options);
  const isPhraseTrusted = phrase !== null && (phrase.isOwnLine || !isRefusal(spoken));
  if (isPhraseTrusted && phrase.option !== null) return asAnswer(phrase.option, 'answer-phrase');
  return isRefusal(spoken) ? null : fromLastLine(spoken, options);
}

/** A string, a number, or a list of exactly one of them; anything else states nothing. */
function asText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) && value.length === 1 && !Array.isArray(value[0])
    ? asText(value[0])
    : null;
}

function chosen(said: string, options: readonly AnswerOption[], rule: string): ParsedAnswer | null {
  return asAnswer(chooseOption(said, options), rule);
}

function asAnswer(option: AnswerOption | null, rule: string): ParsedAnswer | null {
  return option === null ? null : { answer: option.letter, answerText: option.text, rule };
}

/** The last line: a letter alone, or an option as it was listed. */
function fromLastLine(spoken: string, options: readonly AnswerOption[]): ParsedAnswer | null {
  const line = (spoken.split('\n').at(-1) ?? '').normalize('NFKC').trim();
  if (line.length > longestOptionLine) return null;
  const lone = /^[\W_]*(?:(?:answer|option|choice)\s+)?[\W_]*([A-Za-z])[\W_]*$/iu.exec(line)?.[1];
  if (lone !== undefined) return chosen(lone, options, 'lone-letter');
  // In prose a letter counts only together with the words of its option.
  return asAnswer(chooseOption(line, options, { isProse: true }), 'option-line');
}

function openStated(value: unknown, rule: string): ParsedAnswer | null {
  const text = asText(value)?.trim() ?? '';
  return text === '' || isErrorText(text) ? null : { answer: text, answerText: text, rule };
}

function openAnswer(spoken: string): ParsedAnswer | null {
  if (spoken === '' || isErrorText(spoken) || isRefusal(spoken)) return null;
  const lines = spoken.matchAll(/\banswer["'*_]*\s*[:：][*_]*\s*(\S.*)$/gimu);
  const line = [...lines].at(-1)?.[1]?.trim();
  if (line !== undefined) return { answer: line, answerText: line, rule: 'answer-phrase' };
  if (spoken.length > longestOpenAnswer || spoken.includes('\n')) return null;
  return { answer: spoken, answerText: spoken, rule: 'whole-text' };
}

/** Markup, error objects and the messages of clients: texts that harnesses have scored as answers. */
export function isErrorText(spoken: string): boolean {
  return (
    /^\s*<(!doctype|html|\?xml|head|body)/i.test(spoken) ||
    /^\s*\{[^{}]*"(error"|detail"|object"\s*:\s*"error")/i.test(spoken) ||
    /\[[A-Z_]*(FAILED|EXCEEDED|ERROR)[A-Z_]*\b/.test(spoken) ||
    /\bfailed to obtain answer\b/i.test(spoken) ||
    /^\W*[\w.]*(Error|Exception):/.test(spoken) ||
    /^\W*[45]\d\d (internal|bad|service|gateway|too many|unauthorized|forbidden|not found)\b/i.test(
      spoken,
    ) ||
    /^\W*(error|exception)\b[^\n]*\b(\d{3}|code|timed out|timeout)\b/i.test(spoken)
  );
}

/** Whether a text holds the words of a refusal, or of a call that failed. */
export function isRefusal(spoken: string): boolean {
  return /\b(i (cannot|can['’]?t|can not|am unable|am not able|won['’]?t|will not)|i['’]m (sorry|unable|not able)|as an ai|(rate limit|connection (error|reset|refused)|timed out))\b/i.test(
    spoken,
  );
}
