import type { DatasetSpec } from '../../domain/run-spec.ts';
import { type AssembledItem, createAssembler } from './assemble-items.ts';
import type { QuestionDraft } from './format.ts';
import { loadFormat } from './load-formats.ts';
import { type Problem, problemAt, wholeFile } from './problem.ts';
import { splitOfName } from './reading/split-of-file.ts';

/** What stands in the files of a data set, whole: nothing is selected yet. */
export type ReadDataset = {
  /** Questions that can be asked, in the order of the files. */
  readonly items: readonly AssembledItem[];
  readonly problems: readonly Problem[];
  /** `val`, `test` and the like; null when neither format nor file name says. */
  readonly split: string | null;
  /** Every question that was read, also those that are left out. */
  readonly drafts: readonly QuestionDraft[];
};

export type DatasetFiles = Pick<DatasetSpec, 'path' | 'format' | 'mapping'>;

/**
 * Reads the annotation files of a data set. Every problem is listed, not only the first.
 *
 * @throws {UsageError} when there is no such format
 */
export async function readDataset({
  path,
  format: name,
  mapping,
}: DatasetFiles): Promise<ReadDataset> {
  const format = await loadFormat(name);
  const problems: Problem[] = [];
  const note = (problem: Problem): void => void problems.push(problem);
  const assemble = createAssembler(format, note);
  const drafts: QuestionDraft[] = [];
  const items: AssembledItem[] = [];
  for await (const draft of format.read({ path, note, mapping: mapping ?? null })) {
    drafts.push(draft);
    const item = assemble(draft);
    if (item !== null) items.push(item);
  }
  if (drafts.length === 0 && problems.every(({ severity }) => severity !== 'fatal')) {
    const what = 'it holds no questions';
    note(problemAt(wholeFile(path), 'wrong_format', { what, fix: 'Check dataset.path' }));
  }
  return { items, problems, drafts, split: (format.splitOf ?? splitOfName)(path) };
}
