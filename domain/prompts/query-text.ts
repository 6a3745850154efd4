import type { Item } from '../item.ts';
import type { TextQuery } from '../strategy-spec.ts';
import { withoutMarks } from './video-marks.ts';

const optionLine = /^\s*\(?([A-Z])[.):]\s*(.*)$/;

/**
 * The text that frames are searched with, in one line: the question without the options that its
 * text may list, or the question and then the texts of its options.
 */
export function queryText({ question, options }: Item, kind: TextQuery): string {
  const isOption = (line: string): boolean => {
    const [, letter, text = ''] = optionLine.exec(line) ?? [];
    return options.some((option) => option.letter === letter && option.text === text.trim());
  };
  const bare = question.split(/\r?\n/).filter((line) => !isOption(line));
  const added = kind === 'question' ? [] : options.map(({ text }) => text);
  return withoutMarks([...bare, ...added].join(' '))
    .replace(/\s+/g, ' ')
    .trim();
}
