import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { problemAt, type Problem, wholeFile } from '../problem.ts';
import { isFolder } from './is-folder.ts';

/**
 * The annotation files that a path means: itself, or where it is a folder the files in it whose names
 * `belongs` takes, in the order of their names; those that begin with a dot are left out.
 *
 * @returns none after a problem was noted
 */
export async function filesOfFolder(
  path: string,
  belongs: (name: string) => boolean,
  note: (problem: Problem) => void,
): Promise<readonly string[]> {
  if (!(await isFolder(path))) return [path];
  // Archives made on a Mac hold a second file `._name` of each.
  const seen = (await readdir(path)).filter((name) => !name.startsWith('.'));
  const names = seen.filter(belongs).toSorted();
  if (names.length > 0) return names.map((name) => join(path, name));
  const what = 'the folder holds no annotation file of this format';
  note(problemAt(wholeFile(path), 'unreadable', { what, fix: 'Check dataset.path' }));
  return [];
}

/** The same for a folder of JSON files; where it has a folder `json`, they lie in that. */
export async function jsonFilesOfFolder(
  path: string,
  note: (problem: Problem) => void,
): Promise<readonly string[]> {
  const inner = join(path, 'json');
  const folder = (await isFolder(inner)) ? inner : path;
  return filesOfFolder(folder, (name) => name.endsWith('.json'), note);
}

/** What the file of a task is called up to the first dot: `4_count` of `4_count.part1.json`. */
export const taskOfFile = (file: string): string => basename(file).split('.')[0] ?? '';
