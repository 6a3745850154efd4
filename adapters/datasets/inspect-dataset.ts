import type { QuestionDraft } from './format.ts';
import { describeProblem, type Problem, type ProblemKind, type Severity } from './problem.ts';
import { readOptions } from './question-options.ts';
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

/** All problems of one kind. */
export type ProblemCount = {
  readonly kind: ProblemKind;
  readonly severity: Severity;
  readonly count: number;
  readonly examples: readonly string[];
};

const shownExamples = 5;

/** @throws {UsageError} when there is no such format */
export async function inspectDataset(files: DatasetFiles): Promise<DatasetInspection> {
  const { drafts, problems } = await readDataset(files);
  return {
    items: drafts.length,
    videos: new Set(drafts.flatMap(({ videos }) => videos.map(({ videoId }) => videoId))).size,
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
  const counts: Record<string, number> = {};
  for (const name of drafts.map(nameOf)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function countCategories(drafts: readonly QuestionDraft[]): Record<string, Record<string, number>> {
  const kinds: Record<string, Record<string, number>> = {};
  for (const [kind, labels] of drafts.flatMap(({ categories }) => Object.entries(categories))) {
    const counts = (kinds[kind] ??= {});
    for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  }
  return kinds;
}

/** Problems by kind and severity, in the order in which they were first seen. */
export function countProblems(problems: readonly Problem[]): ProblemCount[] {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const key = `${problem.kind} ${problem.severity}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()].map((group) => ({
    kind: group[0]!.kind,
    severity: group[0]!.severity,
    count: group.length,
    examples: group.slice(0, shownExamples).map(describeProblem),
  }));
}
