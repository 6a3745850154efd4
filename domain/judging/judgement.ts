import type { FailureClass } from '../outcome.ts';
import type { JudgeContract, JudgeDimension } from './judge-contract.ts';

export const judgementStates = ['judged', 'unparsed', 'failed'] as const;
/** `unparsed`: a reply came, no judgement in it. `failed`: no reply came. Neither is a score. */
export type JudgementState = (typeof judgementStates)[number];

/** What a judge said of an answer, as it stands in the item's row. */
export type Judgement = {
  /** The judge's snapshot: its model, and 8 hex digits of all that its judgements depend on. */
  readonly judge: string;
  readonly contract: JudgeContract;
  /** Null for `yes-no-score`. */
  readonly dimension: JudgeDimension | null;
  /** The items whose answers were judged together: this one, and for `consistency` its partner. */
  readonly item_ids: readonly string[];
  readonly verdict: 'yes' | 'no' | null;
  /** From 0 to 5, as the judge gave it. */
  readonly score: number | null;
  readonly state: JudgementState;
  /** Why it failed. */
  readonly failure_class: FailureClass | null;
  /** The judge's reply. */
  readonly artifact: string | null;
  /** The model that the provider says replied. */
  readonly response_model: string | null;
};

/**
 * A score as the suites of Video-ChatGPT count it: the judge is asked for a whole number and shown
 * 4.8, which their scripts cut to 4.
 */
export function truncatedScore(score: number): number {
  return Math.trunc(score);
}

type Scores = Record<
  string,
  { value: number | null; state: 'scored' | 'unscored'; scorer: string }
>;

/**
 * Judgements as entries of a row's `scores`: `<judge>/verdict` (1 = yes) and `<judge>/score` of
 * `yes-no-score`, `<judge>/<dimension>` of the others. Null where there is no judgement to read.
 */
export function judgementScores(judgements: readonly Judgement[]): Scores {
  const entries = judgements.flatMap(({ judge, dimension, verdict, score, state }) => {
    const entry = (name: string, value: number | null) => {
      const isScored = state === 'judged' && value !== null;
      const scored = isScored ? ('scored' as const) : ('unscored' as const);
      return [`${judge}/${name}`, { value: isScored ? value : null, state: scored, scorer: judge }];
    };
    if (dimension !== null) return [entry(dimension, score)];
    return [
      entry('verdict', verdict === null ? null : Number(verdict === 'yes')),
      entry('score', score),
    ];
  });
  return Object.fromEntries(entries) as Scores;
}
