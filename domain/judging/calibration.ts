import { z } from 'zod';
import { canonicalJson, sha256Hex } from '../hashing.ts';
import {
  highestScore,
  type JudgeContract,
  type JudgeDimension,
  judgeDimensions,
} from './judge-contract.ts';
import type { Judged } from './judge-prompt.ts';

const text = z.string().min(1);
const fields = {
  question: text,
  answer: text.describe('The right answer'),
  prediction: text,
  score: z.number().min(0).max(highestScore),
};

/** A line of a calibration set: an answer, and what is known of it. Its fields name its contract. */
const recordSchema = z.union([
  z.strictObject({ ...fields, verdict: z.enum(['yes', 'no']) }),
  z.strictObject({ ...fields, dimension: z.enum(judgeDimensions).exclude(['CO']) }),
  z.strictObject({ ...fields, second_question: text, second_prediction: text }),
]);

/** An answer whose judgement is known. */
export type CalibrationRecord = {
  /** 16 hex digits of its content. */
  readonly hash: string;
  readonly contract: JudgeContract;
  readonly dimension: JudgeDimension | null;
  readonly judged: Judged;
  /** Null where the contract asks for none. */
  readonly verdict: 'yes' | 'no' | null;
  readonly score: number;
};

/**
 * Reads a calibration set: JSON Lines of `{question, answer, prediction, verdict, score}`; with
 * `dimension` in the place of `verdict` for the contract `score`, with `second_question` and
 * `second_prediction` for `consistency`. A record that stands there twice counts once.
 *
 * @throws {CalibrationError} naming the line
 */
export function readCalibration(content: string): CalibrationRecord[] {
  const records = content.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    return readRecord(line, index + 1);
  });
  return [...new Map(records.map((record) => [record.hash, record])).values()];
}

export class CalibrationError extends Error {
  override readonly name = 'CalibrationError';
}

function readRecord(line: string, number: number): CalibrationRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new CalibrationError(`line ${number}: is no JSON`, { cause: error });
  }
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) throw new CalibrationError(`line ${number}: ${wanted}`);
  const { data } = parsed;
  const { question, answer: gold, prediction: answer, score } = data;
  const common = { hash: sha256Hex(canonicalJson(data)).slice(0, 16), score };
  const judged = { question, gold, answer };
  if ('verdict' in data) {
    const { verdict } = data;
    return { ...common, contract: 'yes-no-score', dimension: null, judged, verdict };
  }
  if ('dimension' in data) {
    const { dimension } = data;
    return { ...common, contract: 'score', dimension, judged, verdict: null };
  }
  const second = { question: data.second_question, answer: data.second_prediction };
  return {
    ...common,
    contract: 'consistency',
    dimension: 'CO',
    judged: { ...judged, second },
    verdict: null,
  };
}

const wanted =
  'takes question, answer, prediction (texts) and score (0 to 5), and one of: verdict (yes or no); ' +
  'dimension (CI, DO, CU or TU); second_question and second_prediction';
