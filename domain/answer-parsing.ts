import type { AnswerOption } from './item.ts';
import { jsonBlocks, withoutThinking } from './json-blocks.ts';

export type ParsedAnswer = {
  /** A letter of the options, or the text of an open-ended answer. */
  readonly answer: string;
  /** The chosen option's text, or the answer again. */
  readonly answerText: string;
  /** How it was found. */
  readonly rule: string;
};

/**
 * Reads the answer out of a reply: the last JSON block with an `answer`, else a line that says
 * "answer: B", else a lone letter on the last line. Only a letter that is among the options counts,
 * and a refusal, an error text or a page of markup has none, however many letters it contains.
 *
 * @returns null when the reply holds no answer
 */
export function parseAnswer(reply: string, options: readonly AnswerOption[]): ParsedAnswer | null {
  const spoken = withoutThinking(reply).trim();
  if (spoken === '') return null;
  const stated = lastStatedAnswer(reply);
  if (options.length === 0) return openAnswer(spoken, stated);
  if (stated !== null) return chosen(stated.text, options, stated.rule);
  if (looksLikeFailure(spoken)) return null;
  return fromLine(spoken, options);
}

/** The `answer` of the last JSON object that has one; a list, null or a number is no answer. */
function lastStatedAnswer(reply: string): { text: string; rule: string } | null {
  const withAnswer = jsonBlocks(reply).filter(({ value }) => isObject(value) && 'answer' in value);
  const firstRule = withAnswer[0]?.rule;
  const last = withAnswer.findLast(({ rule }) => rule === firstRule);
  if (last === undefined) return null;
  const { answer } = last.value as { answer: unknown };
  return typeof answer === 'string' ? { text: answer, rule: last.rule } : { text: '', rule: last.rule };
}

function openAnswer(spoken: string, stated: { text: string; rule: string } | null): ParsedAnswer | null {
  const text = (stated?.text ?? (looksLikeFailure(spoken) ? '' : spoken)).trim();
  return text === '' ? null : { answer: text, answerText: text, rule: stated?.rule ?? 'whole-text' };
}

/** "Answer: B", "the answer is (B)", or a last line that is only a letter. */
function fromLine(spoken: string, options: readonly AnswerOption[]): ParsedAnswer | null {
  const phrases = [...spoken.matchAll(/\banswer(?:\s+is)?\s*[:=]?\s*\**\s*([(（]?\s*[A-ZＡ-Ｚ]\s*[)）.]?)(?![\p{L}])/giu)];
  const phrase = phrases.at(-1)?.[1];
  if (phrase !== undefined) return chosen(phrase, options, 'answer-phrase');
  const lastLine = spoken.split('\n').at(-1) ?? '';
  const lone = /^\W*([A-ZＡ-Ｚ])\W*$/u.exec(lastLine.trim());
  return lone?.[1] === undefined ? null : chosen(lone[1], options, 'lone-letter');
}

/** Turns "b", "(B)", "B.", "B) red", full-width letters or an option's own text into its letter. */
function chosen(said: string, options: readonly AnswerOption[], rule: string): ParsedAnswer | null {
  const plain = said.normalize('NFKC').trim();
  const byText = options.filter(({ text }) => sameWords(text, plain));
  const letter = /^[\s("'[*]*([A-Za-z])(?:[\s)\].:"'*,-]|$)/.exec(plain)?.[1]?.toUpperCase();
  const byLetter = options.find((option) => option.letter === letter);
  const option = byText.length === 1 ? byText[0] : byLetter;
  if (option === undefined || contradicts(plain, option, byText)) return null;
  return { answer: option.letter, answerText: option.text, rule };
}

/** "A valid image is required" begins with a letter and is no choice of A. */
function contradicts(plain: string, option: AnswerOption, byText: readonly AnswerOption[]): boolean {
  if (byText.length === 1) return false;
  const rest = plain.replace(/^[\s("'[*]*[A-Za-z][\s)\].:"'*,-]*/, '');
  if (rest === '' || sameWords(rest, option.text)) return false;
  return !/^[\s("'[*]*[A-Za-z]\s*[)\].:,-]/.test(plain);
}

function sameWords(left: string, right: string): boolean {
  const words = (text: string) => text.normalize('NFKC').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return words(left) !== '' && words(left) === words(right);
}

/** Texts that harnesses have been seen to score as answers: failures, refusals, markup, error objects. */
function looksLikeFailure(spoken: string): boolean {
  return (
    /^\s*(<!doctype|<html|<\?xml)/i.test(spoken) ||
    /^\s*\{\s*"(error|object"\s*:\s*"error)/i.test(spoken) ||
    /\[[A-Z_]*(FAILED|EXCEEDED|ERROR)[A-Z_ ]*/.test(spoken) ||
    /\b(i (cannot|can't|can not|am unable|won't)|i'm (sorry|unable)|as an ai|failed to obtain answer)\b/i.test(spoken) ||
    /\b(error code|http \d{3}|status code|rate limit|timed? ?out|connection (error|reset|refused))\b/i.test(spoken)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
