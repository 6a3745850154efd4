import type { AnswerOption } from '../../../domain/item.ts';

const optionLine = /^\s*(?:[(（]([A-Z])[)）]|([A-Z])[.):）：])\s*(.*)$/;

/**
 * Reads the options in a question's text, one per line: `(A) ...`, `A. ...`, `A) ...` or `A: ...`,
 * lettered from A without a gap; brackets and colons may be full-width. Other lines are left out; a
 * second A starts afresh.
 *
 * @returns none when there are fewer than two
 */
export function readOptions(question: string): AnswerOption[] {
  let options: AnswerOption[] = [];
  for (const line of question.split(/\r?\n/)) {
    const option = readOption(line);
    if (option?.letter === 'A') options = [option];
    else if (option?.letter === letterAt(options.length)) options.push(option);
  }
  return options.length >= 2 ? options : [];
}

function readOption(line: string): AnswerOption | null {
  const [, bracketed, dotted, text = ''] = optionLine.exec(line) ?? [];
  const letter = bracketed ?? dotted;
  return letter === undefined ? null : { letter, text: text.trim() };
}

/**
 * The letter in an annotated answer such as `b`, `(B)`, `B.` or `B) a red car`; null when it begins
 * with none.
 */
export function readGoldLetter(answer: string): string | null {
  const found = /^\s*[(（]?\s*([A-Za-z])\s*(?:[).:）：].*)?$/s.exec(answer);
  return found?.[1]?.toUpperCase() ?? null;
}

const letterAt = (position: number): string => String.fromCharCode(65 + position);
