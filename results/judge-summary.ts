import { placeOfDimension } from '../domain/judging/judge-contract.ts';
import {
  type ScheduledJudgements,
  yesOverScheduled,
} from '../domain/judging/scheduled-judgements.ts';
import type { JudgementTotal } from '../domain/stores/judgement-store.ts';
import type { JudgeSummary } from '../domain/summary.ts';

/**
 * What judges say of a run, by judge and dimension, from counted judgements.
 *
 */
export function summariseJudges(
  totals: readonly JudgementTotal[],
  scheduledOf: ScheduledJudgements,
): JudgeSummary[] {
  return totals
    .filter(({ kind }) => kind === 'item')
    .toSorted(byJudgeAndDimension)
    .map((total) => {
      const { judge, contract, dimension, judged, unparsed, failed, pending } = total;
      const yes = contract === 'yes-no-score' ? total.yes : null;
      const scheduled = scheduledOf({ contract, dimension });
      const over = (sum: number) => (judged === 0 ? null : sum / judged);
      return {
        judge,
        contract,
        dimension,
        judged,
        unparsed,
        failed,
        pending,
        scheduled,
        yes,
        accuracy: yes === null ? null : over(yes),
        overScheduled: yesOverScheduled(yes, scheduled),
        meanScore: over(total.scoreSum),
      };
    });
}

function byJudgeAndDimension(left: JudgementTotal, right: JudgementTotal): number {
  if (left.judge !== right.judge) return left.judge < right.judge ? -1 : 1;
  return placeOfDimension(left.dimension) - placeOfDimension(right.dimension);
}
