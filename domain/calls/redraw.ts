import type { FailureClass, Step } from '../outcome.ts';
import type { StepRecord } from '../stores/step-store.ts';

/** Failures after which the same request would probably fail again. */
export const redrawnClasses: readonly FailureClass[] = [
  'refused_input',
  'refused_output',
  'plan_invalid',
  'asset_expired',
];

/**
 * How often a step is asked anew: the number of earlier drives in which this step ended without a
 * parse, was refused, gave an invalid plan or left a picture whose address is gone. A redraw changes the call key (and the seed), so the
 * stored answer of the earlier draw is not returned again.
 */
export function redrawOf(
  records: readonly StepRecord[],
  step: Step,
  part: number,
  drive: number,
): number {
  return records.filter(
    (record) =>
      record.step === step &&
      record.part === part &&
      record.drive < drive &&
      (endedUnparsed(record) ||
        (record.failureClass !== null && redrawnClasses.includes(record.failureClass))),
  ).length;
}

/**
 * Where redraws within a drive begin: those of later drives count from 1, and the two never meet, so
 * that a draw that was refused is not made again.
 */
const withinDrive = 1000;

/** The redraw of the second try that a refused output gets in the same drive. */
export function redrawAtOnce(redraw: number): number {
  return redraw + withinDrive;
}

function endedUnparsed(record: StepRecord): boolean {
  return record.step === 'answer' && record.state === 'done' && !record.usable;
}
