import type { JudgeDimension } from '../../domain/judging/judge-contract.ts';
import type { Row } from '../../domain/row.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import type { ReadOfficial } from './official-rows.ts';

/** What stands in a suite's file for an answer: its scripts know neither failures nor lost judgements. */
export type OfficialJudgement = { readonly correct: boolean; readonly score: number };

/**
 * A judge's word in the form of the suites' scripts, where whatever went wrong is "no" and 0: a
 * question without an answer, a judge's reply without a judgement. A judge that could not be reached
 * has said nothing.
 *
 * @param rows  the answer, or both answers of a consistency pair
 * @returns null where no reply of the judge is there
 */
export function officialJudgement(
  rows: readonly Row[],
  judge: string,
  dimension: JudgeDimension | null,
): OfficialJudgement | null {
  if (rows.some(({ gold }) => gold === null)) return null;
  const nothing = { correct: false, score: 0 };
  if (rows.some(({ outcome }) => outcome !== 'answered')) return nothing;
  const said = rows
    .flatMap(({ judgements }) => judgements)
    .find((judgement) => judgement.judge === judge && judgement.dimension === dimension);
  if (said === undefined || said.state === 'failed') return null;
  const { state, score, verdict } = said;
  return state === 'judged' && score !== null ? { correct: verdict === 'yes', score } : nothing;
}

/**
 * The judge whose words a file is made of.
 *
 * @returns null where nobody has judged
 * @throws {UsageError} when there are several, or none of that name
 */
export async function chooseJudge(
  rows: ReadOfficial,
  wanted: string | null,
): Promise<string | null> {
  const judges = new Set<string>();
  for await (const { row } of rows({ predictions: false }))
    for (const { judge } of row.judgements) judges.add(judge);
  if (wanted !== null ? judges.has(wanted) : judges.size <= 1)
    return wanted ?? [...judges][0] ?? null;
  const known =
    judges.size === 0 ? 'Nobody has judged this run.' : `Judges: ${[...judges].join(', ')}.`;
  const what =
    wanted === null ? 'Several judges have judged this run' : `There is no judge ${wanted}`;
  throw new UsageError(`${what}. ${known} Choose with --judge.`);
}
