import { unknownJudge } from '../../domain/imported-run.ts';
import { plainText } from '../../domain/text/plain-text.ts';
import type { JudgedComparison } from '../../results/compare-judgements.ts';
import type { JudgeAgreement } from '../../results/judge-agreement.ts';
import type { JudgedDimension, JudgeReport, MeanOver } from '../../results/judge-report.ts';
import { percent, table } from './numbers.ts';

/** What judges say of a run, and what is known of them. */
export type JudgingReport = {
  readonly judges: readonly JudgeReport[];
  readonly agreement: readonly JudgeAgreement[];
};

/** How far the judges can be trusted, then what they say: every number with what it was divided by. */
export function renderJudging(report: JudgingReport, simulated: boolean): string {
  const agreement = renderAgreement(report.agreement, simulated);
  return [
    ...(agreement === '' ? [] : [agreement, '']),
    `Judges${simulated ? ' (simulated)' : ''}`,
    ...indented(judgeLines(report.judges)),
  ].join('\n');
}

/** How far the judges agree with known judgements; empty without any. */
export function renderAgreement(agreement: readonly JudgeAgreement[], simulated: boolean): string {
  if (agreement.length === 0) return '';
  const title = `Agreement with the calibration set${simulated ? ' (simulated)' : ''}`;
  return [title, ...indented(agreementLines(agreement))].join('\n');
}

/** A line per judge and dimension, then the means over all of them and over categories. */
export function judgeLines(judges: readonly JudgeReport[]): string[] {
  if (judges.length === 0) return ['nothing was judged'];
  return judges.flatMap((judge) => [
    plainText(judgeName(judge)),
    ...indented(table([dimensionTitles, ...judge.dimensions.map(dimensionCells)]).split('\n')),
    ...indented(meanLines(judge)),
  ]);
}

/** The models behind a name: a judge that changed in the middle of a run is told. */
function judgeName({ judge, responseModels }: JudgeReport): string {
  if (responseModels.length === 0) return judge;
  const changed = responseModels.length > 1 ? '; warning: the judge changed on the way' : '';
  return `${judge}, answered by ${responseModels.join(', ')}${changed}`;
}

const dimensionTitles = [
  'asked for',
  'yes of scheduled',
  'yes of judged',
  '95 % interval',
  'mean score of judged',
  '95 % interval',
  'cut to whole numbers',
  'judged',
  'unparsed',
  'failed',
  'not judged',
  'scheduled',
] as const;

function dimensionCells(found: JudgedDimension): string[] {
  const { contract, dimension, judged, yes, accuracy, score, meanTruncatedScore } = found;
  const { scheduled, overScheduled } = found;
  const interval = (mean: MeanOver | null, show: (value: number) => string) =>
    mean === null ? '-' : `${show(mean.ci95[0])} to ${show(mean.ci95[1])}`;
  return [
    dimension ?? contract,
    overScheduled === null ? '-' : `${percent(overScheduled)} (${yes} of ${scheduled})`,
    accuracy === null ? '-' : `${percent(accuracy.mean)} (${yes} of ${judged})`,
    interval(accuracy, percent),
    score === null ? '-' : points(score.mean),
    interval(score, points),
    meanTruncatedScore === null ? '-' : points(meanTruncatedScore),
    String(judged),
    String(found.unparsed),
    String(found.failed),
    String(found.unjudged),
    String(scheduled),
  ];
}

function meanLines({ scores, categories }: JudgeReport): string[] {
  const overall =
    scores === null
      ? []
      : [
          `micro ${points(scores.micro.mean)} over ${scores.micro.judgements} judgements; ` +
            `macro ${points(scores.macro.mean)} over ${scores.macro.dimensions} dimensions`,
        ];
  return [
    ...overall,
    ...categories.flatMap(({ category, contract, labels, macro }) => [
      `by ${category}, ${contract} over judged: macro over ${labels.length} labels ` +
        `${macro.accuracy === null ? '' : `${percent(macro.accuracy)} yes, `}score ${points(macro.meanScore)}`,
      ...labels.map(({ label, judged, yes, meanScore }) => {
        const verdicts = yes === null ? '' : `${yes} yes, `;
        return plainText(`  ${label}: ${verdicts}score ${points(meanScore)} of ${judged}`);
      }),
    ]),
  ];
}

function agreementLines(agreement: readonly JudgeAgreement[]): string[] {
  return agreement.map((found) => {
    const { judge, contract, dimension, records, judged, unparsed, failed } = found;
    const verdicts =
      found.sameVerdicts === null ? '' : `same verdict ${found.sameVerdicts} of ${judged}, `;
    const difference = found.meanAbsoluteDifference;
    const apart = difference === null ? '' : `, mean absolute difference ${points(difference)}`;
    return plainText(
      `${judge}, ${dimension ?? contract}: ${verdicts}same score ${found.sameScores} of ${judged}` +
        `${apart}; ${judged} judged, ${unparsed} unparsed, ${failed} failed of ${records}`,
    );
  });
}

/** What judges say of runs against a baseline. */
export function renderJudgedComparison(comparisons: readonly JudgedComparison[]): string {
  return [
    '',
    'By their judges, over items judged in both',
    ...indented(comparisons.map(comparisonLine)),
  ].join('\n');
}

function comparisonLine(found: JudgedComparison): string {
  const { measure, baseline, run, items, difference, ci95 } = found;
  const [ofBaseline, ofRun] = found.judges;
  const unit = measure === 'accuracy' ? 'percentage points' : 'points of 5';
  const signed = (value: number) => {
    const shown = (measure === 'accuracy' ? value * 100 : value).toFixed(
      measure === 'accuracy' ? 1 : 2,
    );
    return value >= 0 ? `+${shown}` : shown;
  };
  const isOneJudge = ofBaseline === ofRun && ofRun !== unknownJudge;
  const judges = isOneJudge ? `by ${ofRun}` : `by ${ofRun} against ${ofBaseline}`;
  return plainText(
    `${run} - ${baseline}, ${found.dimension ?? measure} ${judges}: ${signed(difference)} ${unit}, ` +
      `interval ${signed(ci95[0])} to ${signed(ci95[1])}, ${items} paired items`,
  );
}

function points(score: number): string {
  return score.toFixed(2);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
