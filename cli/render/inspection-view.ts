import type { DatasetInspection } from '../../adapters/datasets/inspect-dataset.ts';
import { plainText } from '../../domain/text/plain-text.ts';

const shownLabels = 12;

/** What an adapter made of annotation files: counts, then each kind of problem with examples. */
export function renderInspection(inspection: DatasetInspection): string {
  const { items, videos, optionCounts, answerForms, categories, problems } = inspection;
  const options = Object.entries(optionCounts).map(
    ([count, questions]) => [count === '0' ? 'none' : count, questions] as const,
  );
  const lines = [
    `${items} questions about ${videos} videos`,
    `options  ${counts(options)}`,
    `answers  ${counts(Object.entries(answerForms))}`,
    ...Object.entries(categories).map(([kind, labels]) => `${kind}  ${mostFrequent(labels)}`),
    ...problems.flatMap(({ kind, severity, count, examples }) => [
      `${severity}  ${kind}  ${count}`,
      ...examples.map((example) => `  ${example}`),
      ...(count > examples.length ? [`  and ${count - examples.length} more`] : []),
    ]),
    ...(problems.length === 0 ? ['no problems'] : []),
  ];
  return plainText(lines.join('\n'));
}

function mostFrequent(labels: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(labels).toSorted(([, left], [, right]) => right - left);
  const more = sorted.length - shownLabels;
  return `${counts(sorted.slice(0, shownLabels))}${more > 0 ? `, and ${more} more` : ''}`;
}

/** `yes/no: 2043, other: 1461`. */
const counts = (entries: readonly (readonly [string, number])[]): string =>
  entries.map(([name, count]) => `${name}: ${count}`).join(', ') || 'none';
