import { withoutThinking } from '../replies/json-blocks.ts';
import { highestScore, type JudgeDimension } from './judge-contract.ts';
import { literalAt } from './literal.ts';

/** What a judge said: a verdict where one was asked for, and a score from 0 to 5. */
export type JudgeReply = { readonly verdict: 'yes' | 'no' | null; readonly score: number };

/** Part of a judge's snapshot: replies that are read otherwise are other judgements. */
export const judgeReplyVersion = '1';

/** Brackets tried per reply: a text of ten thousand open ones must not stall a worker. */
const mostBrackets = 1000;

/**
 * Reads the judgement out of a reply. The last object with a `score` decides, alone: JSON or a dict
 * of Python, in a fence or not, the score a number or its text; one inside of another object only
 * where no outer one has a score. Reasoning in `<think>` tags does not count.
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

type Members = Readonly<Record<string, unknown>>;

const hasScore = (value: Members): boolean => Object.hasOwn(value, 'score');

/** What a judge quotes stands in a text of its object, and is none of its words. */
function lastScored(text: string): Members | null {
  const objects = outerObjects(text);
  return objects.findLast(hasScore) ?? objects.flatMap(innerObjects).findLast(hasScore) ?? null;
}

function outerObjects(text: string): Members[] {
  const found: Members[] = [];
  let at = text.indexOf('{');
  for (let tried = 0; at !== -1 && tried < mostBrackets; tried += 1) {
    const literal = literalAt(text, at);
    if (literal !== null) found.push(literal.value as Members);
    at = text.indexOf('{', literal?.end ?? at + 1);
  }
  return found;
}

function innerObjects(value: unknown): Members[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap((member: unknown) => {
    const isObject = member !== null && typeof member === 'object' && !Array.isArray(member);
    return [...innerObjects(member), ...(isObject ? [member as Members] : [])];
  });
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
