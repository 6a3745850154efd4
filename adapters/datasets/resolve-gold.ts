import type { AnswerOption } from '../../domain/item.ts';
import type { AnswerForm, QuestionDraft } from './format.ts';
import { problemAt, type Problem } from './problem.ts';
import { readGoldLetter } from './question-options.ts';

/**
 * Brings the annotated answer into one form: the letter of an option, or the text that answers an
 * open-ended question. What cannot be told from the file is noted.
 *
 * @returns `isFit` false when the question cannot be scored rightly; `gold` null when nobody says
 */
export function resolveGold(
  { place, answer }: QuestionDraft,
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
  if (options.length === 0)
    return isEmpty || !('text' in answer) ? unknown : { gold: openGold(answer), isFit: true };
  const fitting = fittingOptions(answer, options);
  if (fitting.length === 1) return { gold: fitting[0]!.letter, isFit: true };
  if (isEmpty && fitting.length === 0) return unknown;
  const letters = options.map((option) => option.letter).join(', ');
  if (fitting.length === 0) {
    const what = `its answer is none of the options ${letters}`;
    const fix = 'Mend the answer, or empty it if it is unknown';
    note(problemAt(place, 'answer_not_in_options', { what, fix }));
  } else {
    const what = `its answer is the text of the options ${fitting.map(({ letter }) => letter).join(' and ')}`;
    note(problemAt(place, 'answer_ambiguous', { what, fix: 'Mend the options' }));
  }
  return { gold: null, isFit: false };
}

function openGold(answer: Extract<AnswerForm, { text: string }>): string {
  const letter = answer.form === 'letter' ? readGoldLetter(answer.text) : null;
  return letter ?? answer.text.trim();
}

/** Options that the answer may mean: one, if all is well. */
function fittingOptions(
  answer: Exclude<AnswerForm, { form: 'none' }>,
  options: readonly AnswerOption[],
): readonly AnswerOption[] {
  if (answer.form === 'index') return options.slice(answer.index, answer.index + 1);
  if (answer.form === 'index-and-text') {
    const option = options[answer.index];
    return option !== undefined && isSame(option.text, answer.text) ? [option] : [];
  }
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

const isSame = (left: string, right: string): boolean => left.trim() === right.trim();
