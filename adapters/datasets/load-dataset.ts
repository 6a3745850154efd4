import type { Item } from '../../domain/item.ts';
import type { DatasetCoverage } from '../../domain/run-spec.ts';
import type { VideoReference } from './format.ts';
import { countProblems, type ProblemCount } from './problem-counts.ts';
import { type Problem, problemAt, wholeFile } from './problem.ts';
import { type DatasetFiles, readDataset } from './read-dataset.ts';
import { refuseUnknown, type Selection, selectItems } from './select-items.ts';

/** The selected items in file order, and everything that was noticed on the way. */
export type LoadedDataset = {
  readonly items: readonly Item[];
  /** How the source names the videos of the items, by their ids. */
  readonly videos: ReadonlyMap<string, VideoReference>;
  /** Keep a run from starting. */
  readonly problems: readonly Problem[];
  /** Do not. */
  readonly warnings: readonly string[];
  readonly coverage: Omit<DatasetCoverage, 'missingMedia'>;
};

/**
 * Reads a dataset's annotation files and takes what is wanted of it. Every problem is listed, not
 * only the first; the whole is read whatever is selected, so that ids do not depend on it.
 *
 * @throws {UsageError} when there is no such format, or `where` names what no item has
 */
export async function loadDataset(dataset: DatasetFiles & Selection): Promise<LoadedDataset> {
  const { items: all, problems: found, drafts, split } = await readDataset(dataset);
  const problems = found.filter(({ severity }) => severity === 'fatal');
  // Of a damaged file the damage is to be told first: it may be why no item has a label.
  if (problems.length === 0 && all.length > 0) refuseUnknown(all, dataset.where ?? {});
  const selected = selectItems(all, dataset);
  const counts = countProblems(found.filter(({ severity }) => severity !== 'fatal'));
  if (problems.length === 0 && selected.length === 0)
    problems.push(nothingLeft(dataset.path, drafts.length));
  return {
    items: selected.map(({ item }) => item),
    videos: new Map(
      selected.flatMap(({ videos }) => videos.map((video) => [video.videoId, video])),
    ),
    problems,
    warnings: counts.map(describeCount),
    coverage: {
      split,
      read: drafts.length,
      excluded: drafts.length - all.length,
      selected: selected.length,
    },
  };
}

function nothingLeft(path: string, questions: number): Problem {
  const what = `none of its ${questions} questions is left`;
  const fix = 'Check dataset.where, limit and fraction';
  return problemAt(wholeFile(path), 'wrong_format', { what, fix });
}

/** `empty_question, 3 questions left out; first: meta.jsonl, record 3: the question is empty. ...` */
function describeCount({ kind, severity, count, examples }: ProblemCount): string {
  const effect = severity === 'excluded' ? 'questions left out' : 'questions';
  return `${kind}, ${count} ${effect}; first: ${examples[0] ?? ''}`;
}
