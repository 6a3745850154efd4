import type { AnswerOption } from '../item.ts';

/** A longer text is no choice of an option. */
const longestText = 1000;

/**
 * Which option a short text means: "b", "(B)", "B.", "B) red", "Option B", full-width letters, or
 * an option's own words. A text that means two, or begins with a letter by accident ("A valid image
 * is required"), means none.
 *
 * @param context.isProse  the text was not marked as an answer: a letter then counts only together
 *   with the words of its option
 */
export function chooseOption(
  said: string,
  options: readonly AnswerOption[],
  context: { readonly isProse: boolean } = { isProse: false },
): AnswerOption | null {
  if (said.length > longestText) return null;
  const plain = unwrapped(said);
  const lone = letterAlone(plain);
  if (lone !== null) return context.isProse ? null : withLetter(lone, options);
  const byWords = options.filter((option) => sameWords(option.text, plain));
  if (byWords.length > 0) return byWords.length === 1 ? byWords[0]! : null;
  return labelled(plain, options, context.isProse);
}

/** "b", "(B)", "B.", "Option B", "the answer is B". */
function letterAlone(plain: string): string | null {
  const found =
    /^(?:(?:the\s+)?(?:correct\s+)?(?:answer|option|choice)(?:\s+is)?\s*:?\s*)?[([{]?\s*([A-Za-z])\s*[)\]}]?\s*[.:,;!]?$/i.exec(
      plain,
    );
  return found?.[1]?.toUpperCase() ?? null;
}

/** "(B) red", "B) red", "B. red", "B: red", "B - red". */
const markedLabels = [
  /^[([]\s*([A-Za-z])\s*[)\]]\s*[.:]?\s*(.+)$/s,
  /^([A-Za-z])\s*[)\].:、]\s*(.+)$/s,
  /^([A-Z])\s+[-–—]\s+(.+)$/s,
];

/** "B red": may as well be a sentence that begins with "A". */
const bareLabel = /^([A-Z])\s+(.+)$/s;

function labelled(
  plain: string,
  options: readonly AnswerOption[],
  isProse: boolean,
): AnswerOption | null {
  const text = plain.replace(/^(?:option|choice)\s+/i, '');
  const marked = markedLabels.map((label) => label.exec(text)).find((found) => found !== null);
  const [, letter = '', rest = ''] = marked ?? bareLabel.exec(text) ?? [];
  const option = withLetter(letter.toUpperCase(), options);
  if (option === null || sameWords(option.text, rest)) return option;
  const needsWords = isProse || marked === undefined;
  const isAnother = options.some((other) => sameWords(other.text, rest));
  return needsWords || isAnother || namesSecondLetter(rest, options) ? null : option;
}

/** "A) or B)", "A. B": the text goes on to another option. */
function namesSecondLetter(rest: string, options: readonly AnswerOption[]): boolean {
  const second = /^(?:(?:or|and|&|\/|,)\s*)?[([]?([A-Z])(?:[)\].,:]|\s*$)/i.exec(rest.trim())?.[1];
  return second !== undefined && withLetter(second.toUpperCase(), options) !== null;
}

function withLetter(letter: string, options: readonly AnswerOption[]): AnswerOption | null {
  return options.find((option) => option.letter === letter) ?? null;
}

/** Compatibility forms folded, and quotes, emphasis and `\boxed{}` around the text removed. */
function unwrapped(said: string): string {
  return said
    .normalize('NFKC')
    .trim()
    .replace(/^\$?\\boxed\{(?:\\text\{)?([^{}]*)\}*\$?$/, '$1')
    .replace(/^["'`*_\s]+|["'`*_\s]+$/g, '');
}

function sameWords(left: string, right: string): boolean {
  const words = (text: string) =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}%$°+-]+/gu, ' ')
      .trim();
  return words(left) !== '' && words(left) === words(right);
}
