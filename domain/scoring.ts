import type { AnswerOption, Item } from './item.ts';
import type { Row } from './row.ts';

/** What decides whether an item can be scored without a judge. */
type Question = { readonly gold: Item['gold']; readonly options: readonly AnswerOption[] };

/** Whether an answer can be compared with the gold letter; only such items count in an accuracy. */
export function isScorable({ gold, options }: Question): boolean {
  return options.length > 0 && gold !== null && gold.trim() !== '';
}

/**
 * The answer as it counts: one of the option letters, or for an open-ended question a text that is
 * not empty.
 *
 * @returns null when it is neither, so that it is never scored
 */
export function legalAnswer(answer: string | null, { options }: Question): string | null {
  const said = answer?.trim() ?? '';
  if (options.length === 0) return said === '' ? null : said;
  const letter = said.toUpperCase();
  return options.some((option) => option.letter === letter) ? letter : null;
}

/**
 * Whether an answer is right: the letter equals the gold letter after trimming and upper-casing.
 *
 * @returns null when the gold answer is unknown, or the question is open-ended (a judge scores those)
 */
export function isCorrect(answer: string, question: Question): boolean | null {
  if (question.gold === null || !isScorable(question)) return null;
  return answer.trim().toUpperCase() === question.gold.trim().toUpperCase();
}

/** Our own verdict as it stands in the scores of a row. */
export function letterScore(correct: boolean | null): Row['scores'] {
  const value = correct === null ? null : Number(correct);
  const state = correct === null ? 'unscored' : 'scored';
  return { exact: { value, state, scorer: 'exact-letter' } };
}
