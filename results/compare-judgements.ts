import { unknownJudge } from '../domain/imported-run.ts';
import { highestScore } from '../domain/judging/judge-contract.ts';
import { pairedDifference } from '../domain/statistics.ts';
import { UsageError } from '../domain/errors/usage-error.ts';
import type { JudgedMeasure } from './judged-measures.ts';
import type { Summarised } from './summarise.ts';

/** What judges say of a run against a baseline, over the items that are judged in both. */
export type JudgedComparison = Pick<JudgedMeasure, 'contract' | 'dimension' | 'measure'> & {
  readonly baseline: string;
  readonly run: string;
  /** Who judged the baseline, and who the other run. */
  readonly judges: readonly [string, string];
  readonly items: number;
  readonly difference: number;
  /** 95 % interval of the paired difference, clustered by video. */
  readonly ci95: readonly [number, number];
};

/**
 * Compares what judges say of two runs. Judges differ by more than models do, so runs that were judged
 * by different snapshots, by one whose provider answered with another model, or by nobody knows whom,
 * are not compared.
 *
 * @param options.otherJudge  compare them all the same
 * @throws {UsageError} naming the judges of both, or the run whose judge nobody names
 */
export function compareJudgements(
  baseline: Summarised,
  other: Summarised,
  { otherJudge }: { readonly otherJudge: boolean },
): JudgedComparison[] {
  const [mine, theirs] = [baseline.totals.judged.measures, other.totals.judged.measures];
  if (mine.length === 0 || theirs.length === 0) return [];
  if (!otherJudge) refuseOtherJudge(baseline, other);
  return mine.flatMap((measure) => {
    const match = matchOf(measure, mine, theirs);
    if (match === undefined) return [];
    const highest = measure.measure === 'score' ? highestScore : 1;
    const difference = pairedDifference(measure.observations, match.observations, {
      lowest: -highest,
      highest,
    });
    if (difference === null) return [];
    const { contract, dimension, measure: name } = measure;
    return {
      baseline: baseline.summary.runId,
      run: other.summary.runId,
      contract,
      dimension,
      measure: name,
      judges: [measure.judge, match.judge] as const,
      items: difference.items,
      difference: difference.mean,
      ci95: difference.ci95,
    };
  });
}

/** The same measure of the same judge, else of the judge in the same place. */
function matchOf(
  measure: JudgedMeasure,
  mine: readonly JudgedMeasure[],
  theirs: readonly JudgedMeasure[],
): JudgedMeasure | undefined {
  const ofKind = (each: JudgedMeasure) =>
    each.contract === measure.contract &&
    each.dimension === measure.dimension &&
    each.measure === measure.measure;
  const candidates = theirs.filter(ofKind);
  const same = candidates.find(({ judge }) => judge === measure.judge);
  return same ?? candidates[mine.filter(ofKind).indexOf(measure)];
}

function refuseOtherJudge(baseline: Summarised, other: Summarised): void {
  const unnamed = [baseline, other].filter(({ totals }) =>
    totals.judged.responseModels.has(unknownJudge),
  );
  if (unnamed.length > 0) {
    const runs = [...new Set(unnamed.map(({ summary }) => summary.runId))].join(' and ');
    throw new UsageError(
      `Nobody says who judged ${runs}: judgements of unknown judges are not comparable. Import the ` +
        'results anew with `videoqa import --judge <name>`, or compare them all the same with --other-judge.',
    );
  }
  const [mine, theirs] = [judgesOf(baseline), judgesOf(other)];
  if (mine === theirs) return;
  throw new UsageError(
    `${baseline.summary.runId} was judged by ${mine}, ${other.summary.runId} by ${theirs}: their ` +
      'judgements are not comparable. Judge both by one judge (change models.judge and run again; the ' +
      'answers are taken from the call store), or compare them all the same with --other-judge.',
  );
}

/** `<judge> (answered by <model>)`, in order. */
function judgesOf({ totals }: Summarised): string {
  const names = [...totals.judged.responseModels].map(([judge, models]) => {
    const answered = [...models].toSorted().join(', ');
    return answered === '' ? judge : `${judge} (answered by ${answered})`;
  });
  return names.toSorted().join(' and ');
}
