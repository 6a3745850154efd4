/**
 * What a judge is asked for: `yes-no-score`, whether an answer is right and how well it agrees;
 * `score`, how good it is in one dimension; `consistency`, how well the answers to two wordings of
 * one question agree.
 */
export const judgeContracts = ['yes-no-score', 'score', 'consistency'] as const;
export type JudgeContract = (typeof judgeContracts)[number];

/** The dimensions of `score`: correctness, detail, context, and order in time. */
export const scoredDimensions = ['CI', 'DO', 'CU', 'TU'] as const;

/** What a judgement scores: nothing in particular (`yes-no-score`), or a dimension; CO is `consistency`. */
export const judgeDimensions = [...scoredDimensions, 'CO'] as const;
export type JudgeDimension = (typeof judgeDimensions)[number];

/** Where a dimension stands in a list of them; what scores nothing in particular stands first. */
export const placeOfDimension = (dimension: JudgeDimension | null): number =>
  dimension === null ? -1 : judgeDimensions.indexOf(dimension);

/** Scores run from 0 to this. */
export const highestScore = 5;
