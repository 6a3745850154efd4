import { chooseOption } from './choose-option.ts';
import type { AnswerOption } from '../item.ts';

/** "answer:", "the correct answer is", "{'answer': ", "答案：", "\boxed{". */
const lead =
  /(?:\b(?:answer|choice|option)["'`*_]*(?:\s+(?:is|would be|must be|should be)\b\s*[:：]?|\s*[:：=])|答案(?:是|为)?\s*[:：]?|\\boxed\{(?:\\text\{)?)/giu;

/** A letter, in brackets or not, and what stands after it. */
const head = /^["'`*_\s]*([([{]?)\s*([A-Za-z])\s*([)\]}]?)["'`*_]*(.*)$/s;

/** The words before "answer" in a line that does nothing but state it. */
const statesOnly =
  /^[\W_]*(?:(?:so|thus|therefore|hence|overall)\W+)?(?:(?:the|my)\s+)?(?:(?:final|correct|best|right)\s+)?$/i;

/** What a sentence says the answer is. */
export type StatedAnswer = {
  readonly option: AnswerOption | null;
  /** The line holds nothing but the statement: a model that refuses writes no such line. */
  readonly isOwnLine: boolean;
};

/**
 * The last sentence of a reply that says "the answer is ...". Two letters joined by "or", a letter
 * that begins a word, and a negation name no option.
 *
 * @returns null when no sentence says so
 */
export function statedInPhrase(
  spoken: string,
  options: readonly AnswerOption[],
): StatedAnswer | null {
  const last = [...spoken.matchAll(lead)].at(-1);
  if (last === undefined) return null;
  const before = spoken.slice(0, last.index).split('\n').at(-1)?.slice(-200) ?? '';
  const after =
    spoken
      .slice(last.index + last[0].length)
      .split('\n', 1)[0]
      ?.slice(0, 1000) ?? '';
  return { option: optionIn(after.normalize('NFKC'), options), isOwnLine: statesOnly.test(before) };
}

function optionIn(after: string, options: readonly AnswerOption[]): AnswerOption | null {
  const found = head.exec(after);
  const [, opened = '', letter = '', closed = '', tail = ''] = found ?? [];
  const endsThere = /^\s*(?:$|[.,;:!?。}$]|because\b|since\b|as\b)/i.test(tail);
  const isBracketed = opened !== '' && closed !== '';
  if (found !== null && (endsThere || isBracketed) && !goesOn(tail)) {
    return chooseOption(letter, options);
  }
  return goesOn(tail) ? null : chooseOption(after, options);
}

/** "A or B", "A, B", "A/B". */
function goesOn(tail: string): boolean {
  return /^\s*(?:(?:or|and)\b|[,/&]\s*(?:(?:or|and)\s+)?[([]?[A-Za-z](?![A-Za-z]))/i.test(tail);
}
