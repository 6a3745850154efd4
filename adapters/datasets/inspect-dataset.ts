import type { QuestionDraft } from './format.ts';
import { findMissing } from './locate-videos.ts';
import { countProblems, type ProblemCount } from './problem-counts.ts';
import { readOptions } from './reading/question-options.ts';
import { type DatasetFiles, readDataset } from './read-dataset.ts';

/** What an adapter makes of a data set's files: the answer of `dataset inspect --json`. */
export type DatasetInspection = {
  /** Records read, also those that a run would leave out. */
  readonly items: number;
  readonly videos: number;
  /** Questions by their number of options; 0 = open-ended. */
  readonly optionCounts: Readonly<Record<string, number>>;
  /** Questions by the form in which the file has the right answer. */
  readonly answerForms: Readonly<Record<string, number>>;
  /** Questions by label, for each kind of label. A question may have several. */
  readonly categories: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly problems: readonly ProblemCount[];
};

/**
 * Counts what stands in a data set's files.
 *
 * @param folder  of the videos, which are looked for there; null = they are not looked for
 * @throws {UsageError} when there is no such format or folder
 */
export async function inspectDataset(
  files: DatasetFiles,
  folder: string | null = null,
): Promise<DatasetInspection> {
  const { drafts, problems: ofRecords } = await readDataset(files);
  const named = drafts.flatMap(({ videos }) =>
    videos.map((video) => [video.videoId, video] as const),
  );
  const videos = new Map(named);
  const missing = folder === null ? [] : await findMissing(folder, [...videos.values()]);
  const problems = [...ofRecords, ...missing];
  return {
    items: drafts.length,
    videos: videos.size,
    optionCounts: countBy(drafts, optionCount),
    answerForms: countBy(drafts, ({ answer }) => answer.form),
    categories: countCategories(drafts),
    problems: countProblems(problems),
  };
}

function optionCount({ options, question }: QuestionDraft): string {
  return String(options === 'inline' ? readOptions(question).length : options.length);
}

function countBy(
  drafts: readonly QuestionDraft[],
  nameOf: (draft: QuestionDraft) => string,
): Record<string, number> {
  return Object.fromEntries(countNames(drafts.map(nameOf)));
}

function countCategories(drafts: readonly QuestionDraft[]): Record<string, Record<string, number>> {
  const kinds = new Map<string, string[]>();
  for (const [kind, labels] of drafts.flatMap(({ categories }) => Object.entries(categories))) {
    const all = kinds.get(kind);
    if (all === undefined) kinds.set(kind, [...labels]);
    else all.push(...labels);
  }
  return Object.fromEntries(
    [...kinds].map(([kind, labels]) => [kind, Object.fromEntries(countNames(labels))]),
  );
}

/** A name may be `constructor` or `__proto__`, which a plain object has before it is counted. */
function countNames(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
