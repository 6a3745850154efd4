import { readFile } from 'node:fs/promises';
import type { Item } from '../../domain/item.ts';
import type { DatasetSpec } from '../../domain/run-spec.ts';
import { assembleItems } from './assemble-items.ts';
import { draftLvbench } from './lvbench.ts';
import { draftOriginal } from './original.ts';
import type { Problem } from './problem.ts';
import { readRecords } from './read-records.ts';

/** The selected items in file order, and everything that was noticed on the way. */
export type LoadedDataset = {
  readonly items: readonly Item[];
  /** Keep a run from starting. */
  readonly problems: readonly Problem[];
  /** Do not. */
  readonly warnings: readonly string[];
};

const formats = {
  original: { draft: draftOriginal, promises: { uniqueUids: false, times: false } },
  lvbench: { draft: draftLvbench, promises: { uniqueUids: true, times: true } },
} as const;

/**
 * Reads a dataset's annotation file. Every problem is listed, not only the first; the whole file is
 * read, also with a `limit`, so that ids do not depend on it.
 */
export async function loadDataset({
  path,
  format,
  limit,
}: Pick<DatasetSpec, 'path' | 'format' | 'limit'>): Promise<LoadedDataset> {
  const text = await readText(path);
  if (typeof text !== 'string') return { items: [], problems: [text], warnings: [] };
  const { draft, promises } = formats[format];
  const read = readRecords(text, path);
  const drafted = draft(read.records, path);
  const assembled = assembleItems(drafted.drafts, { file: path, promises, limit });
  const problems = [...read.problems, ...drafted.problems, ...assembled.problems];
  if (problems.length === 0 && assembled.items.length === 0)
    problems.push({ ...nowhere(path), what: 'it holds no questions', fix: 'Check dataset.path' });
  return {
    items: assembled.items,
    problems,
    warnings: [...drafted.warnings, ...assembled.warnings],
  };
}

const nowhere = (file: string): Pick<Problem, 'file' | 'line' | 'record'> => ({
  file,
  line: null,
  record: null,
});

async function readText(path: string): Promise<string | Problem> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const what = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    return { ...nowhere(path), what, fix: 'Check dataset.path' };
  }
}
