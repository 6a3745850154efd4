import { withoutThinking } from '../json-blocks.ts';
import { highestScore, type JudgeDimension } from './judge-contract.ts';
import { literalAt } from './literal.ts';

/** What a judge said: a verdict where one was asked for, and a score from 0 to 5. */
export type JudgeReply = { readonly verdict: 'yes' | 'no' | null; readonly score: number };

/** Brackets tried per reply: a text of ten thousand open ones must not stall a worker. */
const mostBrackets = 100;

/**
 * Reads the judgement out of a reply. The last object with a `score` decides, alone: JSON or a dict
 * of Python, in a fence or not, the score a number or its text. Reasoning in `<think>` tags does not
 * count.
 *
 * @param dimension  what was scored; null needs a verdict (`pred`), too
 * @returns null when it holds no judgement: a score beyond 0 to 5, or no clear yes or no, is none
 */
export function parseJudgeReply(
  reply: string,
  dimension: JudgeDimension | null,
): JudgeReply | null {
  const said = lastScored(withoutThinking(reply));
  if (said === null) return null;
  const score = scoreOf(said['score']);
  if (score === null) return null;
  if (dimension !== null) return { verdict: null, score };
  const verdict = verdictOf(said['pred']);
  return verdict === null ? null : { verdict, score };
}

function lastScored(text: string): Readonly<Record<string, unknown>> | null {
  let at = text.length;
  for (let tried = 0; tried < mostBrackets; tried += 1) {
    at = at === 0 ? -1 : text.lastIndexOf('{', at - 1);
    if (at === -1) return null;
    const value = literalAt(text, at);
    if (value !== undefined && Object.hasOwn(value as object, 'score'))
      return value as Readonly<Record<string, unknown>>;
  }
  return null;
}

function scoreOf(value: unknown): number | null {
  const isNumeric = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value);
  const score = isNumeric ? Number(value) : value;
  return typeof score === 'number' && score >= 0 && score <= highestScore ? score : null;
}

function verdictOf(value: unknown): JudgeReply['verdict'] {
  if (typeof value !== 'string') return null;
  const word = /^\s*(yes|no)\s*\.?\s*$/i.exec(value)?.[1]?.toLowerCase();
  return word === 'yes' || word === 'no' ? word : null;
}
