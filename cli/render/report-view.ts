import type { Usage } from '../../domain/row.ts';
import type { RunReport } from '../../results/report.ts';
import { judgeLines } from './judge-view.ts';
import { dollars, duration, percent, table } from './numbers.ts';
import { plainText } from '../../domain/text/plain-text.ts';
import { priceLines } from './price-lines.ts';
import { itemLine, spendOf } from './summary-view.ts';

/** A run's metrics in full: every number says what it was divided by, and whether it is simulated. */
export function renderReport(report: RunReport): string {
  const { summary } = report;
  const label = summary.simulated ? ' (simulated)' : '';
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Dataset', datasetLines(report)],
    [`Items`, itemLines(report)],
    [`Accuracy${label}`, accuracyLines(report)],
    [`Judges${label}`, report.judges.length === 0 ? [] : judgeLines(report.judges)],
    [`Retrieval${label}`, retrievalLines(report)],
    ['Failures', failureLines(report)],
    [`Spend${label}`, spendLines(report)],
    [`Accuracy by category, over ended items with gold${label}`, categoryLines(report)],
    [`Averages over groups${label}`, averageLines(report)],
    [`Time by step${label}`, stepLines(report)],
  ];
  const places = [summary.outputDir, summary.temporalUi].filter((place) => place !== null);
  return [
    `${summary.runId}: ${summary.strategy}, ${summary.state}, ${duration(summary.elapsedS)}${label}`,
    ...places,
    ...sections
      .filter(([, lines]) => lines.length > 0)
      .flatMap(([title, lines]) => ['', title, ...lines.map((line) => `  ${line}`)]),
  ].join('\n');
}

/** Which part of the data set the numbers are about. */
function datasetLines({ dataset: { datasetId, format, coverage } }: RunReport): string[] {
  if (coverage === undefined) return [];
  const { split, read, excluded, selected, missingMedia } = coverage;
  const of = `${datasetId} (${format}), split ${split ?? 'unknown'}: ${read} questions`;
  const left = [
    ...(excluded > 0 ? [`${excluded} cannot be asked or scored`] : []),
    ...(selected < read - excluded ? [`${selected} of the rest selected`] : []),
    ...(missingMedia > 0 ? [`${missingMedia} of these without their media`] : []),
  ];
  return [plainText([of, ...left].join('; '))];
}

function itemLines({ summary, retried }: RunReport): string[] {
  const { degraded, scheduled } = summary.counts;
  return [
    itemLine(summary),
    ...(degraded === 0
      ? []
      : [`degraded: ${degraded} of ${scheduled} searched with an unedited reference frame`]),
    ...(retried.items === 0
      ? []
      : [`retried: ${retried.items} of ${scheduled}, ${retried.answered} of them answered now`]),
  ];
}

function accuracyLines({ accuracies, guesses }: RunReport): string[] {
  if (accuracies.length === 0) return ['no multiple-choice question with a known answer'];
  const rows = accuracies.map(({ over, correct, items, ci95 }) => [
    over,
    `${correct} of ${items}`,
    percent(correct / items),
    `${percent(ci95[0])} to ${percent(ci95[1])}`,
  ]);
  return [
    ...table([['over', 'correct', 'accuracy', '95 % interval by video'], ...rows]).split('\n'),
    ...(guesses === null
      ? []
      : [`the simulated model guessed ${guesses.guessed} of ${guesses.answered} answers`]),
  ];
}

function retrievalLines({ summary: { retrieval } }: RunReport): string[] {
  if (retrieval === null) return ['no gold spans or no frame times'];
  const { hitRate, items } = retrieval;
  const hits = Math.round(hitRate * items);
  return [
    `${percent(hitRate)}: ${hits} of ${items} items with a gold span were shown a frame of it`,
  ];
}

function failureLines({ summary: { failures, counts } }: RunReport): string[] {
  return Object.entries(failures)
    .filter(([, count]) => count > 0)
    .toSorted(([, left], [, right]) => right - left)
    .map(([name, count]) => `${name}: ${count} of ${counts.failed} failed`);
}

/** Most calls listed one by one; a crashed large run may leave as many as were in flight. */
const listedIntents = 20;

const tokensOf = ({ prompt_tokens: prompt, completion_tokens: completion }: Usage): string =>
  `${prompt} + ${completion} tokens`;

function spendLines({ summary: { usage, judgingUsage }, spend, pricedBy }: RunReport): string[] {
  const { openIntents } = spend;
  const open = openIntents
    .slice(0, listedIntents)
    .map((call) =>
      plainText(
        `  item ${call.itemId}, ${call.step}, drive ${call.drive}, ${call.model}, ` +
          `sent ${new Date(call.startedAt).toISOString()}, at most ${dollars(call.maxPriceUsd)}`,
      ),
    );
  const more = openIntents.length - open.length;
  return [
    `${spendOf(usage)}, ${usage.images} pictures, ${tokensOf(usage)}`,
    ...(judgingUsage === undefined
      ? []
      : [`judging: ${spendOf(judgingUsage)}, ${tokensOf(judgingUsage)}`]),
    `ledger: settled ${dollars(spend.settledUsd)}, of it duplicate ${dollars(spend.duplicateUsd)}; ` +
      `open at most ${dollars(spend.openUsd)}`,
    ...priceLines(pricedBy),
    ...(open.length === 0
      ? []
      : [`calls without a settlement, possible duplicate spend: ${openIntents.length}`, ...open]),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function categoryLines({ categories }: RunReport): string[] {
  if (categories.length === 0) return [];
  const rows = categories.map(({ category, label, correct, answered, items }) => [
    plainText(`${category}: ${label}`),
    `${correct} of ${items}`,
    percent(correct / items),
    `${answered} answered`,
  ]);
  return table([['category', 'correct', 'accuracy', 'of them'], ...rows]).split('\n');
}

/** Micro: every item counts once. Macro: every group counts once. */
function averageLines({ averages }: RunReport): string[] {
  if (averages.length === 0) return [];
  const rows = averages.map(({ score, by, groups, items, micro, macro, published }) => [
    plainText(score),
    plainText(`${by}, ${groups} groups`),
    micro.toFixed(3),
    macro.toFixed(3),
    `${items} values`,
    published === null ? '' : `${published.name} is the ${published.kind} one`,
  ]);
  return table([['score', 'by', 'micro', 'macro', 'of', ''], ...rows]).split('\n');
}

function stepLines({ stepTimes }: RunReport): string[] {
  if (stepTimes.length === 0) return [];
  const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
  const rows = stepTimes.map((time) => [
    time.step,
    String(time.items),
    seconds(time.meanMs),
    seconds(time.meanWaitedMs),
    seconds(time.longestMs),
    String(time.retriedItems),
  ]);
  const titles = ['step', 'items', 'mean', 'of it waiting', 'longest', 'items retried'];
  return table([titles, ...rows]).split('\n');
}
