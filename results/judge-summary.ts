import { placeOfDimension } from '../domain/judging/judge-contract.ts';
import type { JudgementTotal } from '../domain/stores/judgement-store.ts';
import type { JudgeSummary } from '../domain/summary.ts';

/** What judges say of a run, by judge and dimension, from counted judgements. */
export function summariseJudges(totals: readonly JudgementTotal[]): JudgeSummary[] {
  return totals
    .filter(({ kind }) => kind === 'item')
    .toSorted(byJudgeAndDimension)
    .map((total) => {
      const { judge, contract, dimension, judged, unparsed, failed, pending } = total;
      const asksVerdict = contract === 'yes-no-score';
      const over = (sum: number) => (judged === 0 ? null : sum / judged);
      return {
        judge,
        contract,
        dimension,
        judged,
        unparsed,
        failed,
        pending,
        yes: asksVerdict ? total.yes : null,
        accuracy: asksVerdict ? over(total.yes) : null,
        meanScore: over(total.scoreSum),
      };
    });
}

function byJudgeAndDimension(left: JudgementTotal, right: JudgementTotal): number {
  if (left.judge !== right.judge) return left.judge < right.judge ? -1 : 1;
  return placeOfDimension(left.dimension) - placeOfDimension(right.dimension);
}
