import { parseQuestion } from '../world/question-grammar.ts';
import type { Question } from '../world/question-grammar.ts';

/** An answer that can be chosen. */
export type OfferedOption = { readonly letter: string; readonly text: string };

/** The question in a request. */
export type AskedQuestion = {
  /** Without its options, on one line. */
  readonly sentence: string;
  /** Empty when none were found. */
  readonly options: readonly OfferedOption[];
  /** The question in terms of the synthetic world; null for every other question. */
  readonly ofWorld: Question | null;
};

/** A line that names the frame after it. */
const frameLine = /^(?:Video \d+)?(?:, )?(?:Frame ID: \d+)?(?:, )?(?:[\d.]+ s)?:$/;

/**
 * Finds the question: what follows "Question:" in the last text that has such a line, else all
 * texts. Where frames stand inside the question it goes on after them, up to the last text, which
 * says what to do. Options are lines such as `(A) red`, `A. red` or `A) red`.
 */
export function findQuestion(texts: readonly string[]): AskedQuestion {
  const marker = /^\s*Question:\s*/im;
  const place = texts.findLastIndex((text) => marker.test(text));
  const holder = texts[place];
  const match = holder === undefined ? null : marker.exec(holder);
  const text =
    holder === undefined || match === null
      ? texts.join('\n')
      : [
          holder.slice(match.index + match[0].length),
          ...texts.slice(place + 1, -1).filter((later) => !frameLine.test(later)),
        ].join('\n');

  const optionLine = /^\s*(?:\(([A-J])\)|([A-J])[.):])\s*(\S.*?)\s*$/gm;
  const lines = [...text.matchAll(optionLine)];
  const sentence = text.slice(0, lines[0]?.index ?? text.length).replace(/\s+/g, ' ');
  return {
    sentence: sentence.trim(),
    options: lines.map((line) => ({ letter: line[1] ?? line[2] ?? '', text: line[3] ?? '' })),
    ofWorld: parseQuestion(text),
  };
}
