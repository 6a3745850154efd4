import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Finds a file that belongs to an annotation file and lies beside it, such as `test_a.json` of
 * `test_q.json`. Words between stem and extension, as in `test_q.v2.part1.json`, are taken along where
 * the companion has them: `test_a.v2.part1.json`, then `test_a.part1.json`, then `test_a.json`.
 *
 * @param rename  the companion's stem, from the stem up to the first dot of the annotation file
 * @returns its path; null when there is none
 */
export async function findCompanion(
  path: string,
  rename: (stem: string) => string,
  extension: string,
): Promise<string | null> {
  const [stem = '', ...marks] = basename(path).split('.').slice(0, -1);
  const wanted = rename(stem);
  // Without its folder there is no annotation file either, and whoever reads that says so.
  const names = new Set(await readdir(dirname(path)).catch(() => []));
  const candidates = [...marks.keys(), marks.length].map((from) =>
    [wanted, ...marks.slice(from), extension].join('.'),
  );
  const name = candidates.find((candidate) => candidate !== basename(path) && names.has(candidate));
  return name === undefined ? null : join(dirname(path), name);
}
