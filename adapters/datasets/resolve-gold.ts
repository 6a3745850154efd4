import type { AnswerOption } from '../../domain/item.ts';
import type { AnswerForm, QuestionDraft } from './format.ts';
import { problemAt, type Problem } from './problem.ts';
import { readGoldLetter } from './reading/question-options.ts';

type GivenAnswer = Exclude<AnswerForm, { form: 'none' }>;

/**
 * Brings the annotated answer into one form: the letter of an option, or the text that answers an
 * open-ended question. What cannot be told from the file is noted.
 *
 * @returns `isFit` false when the question cannot be scored rightly; `gold` null when nobody says
 */
export function resolveGold(
  { place, question, answer, options: given }: QuestionDraft,
  options: readonly AnswerOption[],
  note: (problem: Problem) => void,
): { readonly gold: string | null; readonly isFit: boolean } {
  const unknown = { gold: null, isFit: true };
  if (answer.form === 'none') {
    const what = answer.why ?? 'nobody says what the right answer is';
    note(problemAt(place, 'missing_gold', { what, fix: 'It is asked and not scored' }));
    return unknown;
  }
  const isEmpty = 'text' in answer && answer.text.trim() === '';
  if (isEmpty) {
    const what = 'its answer is empty';
    note(problemAt(place, 'empty_answer', { what, fix: 'Fill it in, or it is not scored' }));
  }
  const fitting = fittingOptions(answer, options);
  if (fitting.length === 1) return { gold: fitting[0]!.letter, isFit: true };
  if (fitting.length > 1) {
    const what = `its answer is the text of the options ${fitting.map(({ letter }) => letter).join(' and ')}`;
    note(problemAt(place, 'answer_ambiguous', { what, fix: 'Mend the options' }));
    return { gold: null, isFit: false };
  }
  if (isEmpty) return unknown;
  const promisesOptions = given === 'inline' && question.trim() !== '';
  const fault = faultOf(answer, options, promisesOptions);
  if (fault === null) return { gold: openGold(answer), isFit: true };
  note(problemAt(place, 'answer_not_in_options', fault));
  return { gold: null, isFit: false };
}

/** Why an answer is no option; null when the question has none and is open-ended. */
function faultOf(
  answer: GivenAnswer,
  options: readonly AnswerOption[],
  promisesOptions: boolean,
): Pick<Problem, 'what' | 'fix'> | null {
  if (options.length === 0) {
    if (!promisesOptions || answer.form !== 'letter' || readGoldLetter(answer.text) === null)
      return null;
    const what = 'its answer is a letter, and no options were found in the question';
    return { what, fix: 'Give each option a line of its own that begins with (A), (B), (C)' };
  }
  const fix = 'Mend the answer, or empty it if it is unknown';
  if (answer.form === 'index-and-text' && options[answer.index] !== undefined)
    return { what: 'its number and its text name different options', fix };
  const letters = options.map((option) => option.letter).join(', ');
  return { what: `its answer is none of the options ${letters}`, fix };
}

function openGold(answer: GivenAnswer): string | null {
  if (!('text' in answer)) return null;
  const letter = answer.form === 'letter' ? readGoldLetter(answer.text) : null;
  return letter ?? answer.text.trim();
}

/** Options that the answer may mean: one, if all is well. */
function fittingOptions(
  answer: GivenAnswer,
  options: readonly AnswerOption[],
): readonly AnswerOption[] {
  if (answer.form === 'index') return optionAt(answer.index, options);
  if (answer.form === 'index-and-text')
    return optionAt(answer.index, options).filter(({ text }) => isSame(text, answer.text));
  if (answer.form === 'letter') {
    const letter = readGoldLetter(answer.text);
    const named = options.filter((option) => option.letter === letter);
    if (named.length > 0) return named;
  }
  const exact = options.filter(({ text }) => isSame(text, answer.text));
  if (exact.length > 0) return exact;
  const wanted = answer.text.trim().toLowerCase();
  return options.filter(({ text }) => text.trim().toLowerCase() === wanted);
}

const optionAt = (index: number, options: readonly AnswerOption[]): readonly AnswerOption[] =>
  options.filter((_, place) => place === index);

const isSame = (left: string, right: string): boolean => left.trim() === right.trim();
