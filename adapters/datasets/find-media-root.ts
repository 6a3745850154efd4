import { dirname, resolve } from 'node:path';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { loadFormat } from './load-formats.ts';
import { isFolder } from './reading/is-folder.ts';

/**
 * Finds the folder in which a suite keeps its videos, from where its annotations lie.
 *
 * @param path  the annotation file, or the folder of annotation files
 * @throws {UsageError} with the folders that were looked for
 */
export async function findMediaRoot({
  format: name,
  path,
}: {
  readonly format: string;
  readonly path: string;
}): Promise<string> {
  const { mediaRoots = [] } = await loadFormat(name);
  const folder = (await isFolder(path)) ? path : dirname(path);
  const candidates = mediaRoots.map((root) => resolve(folder, root));
  for (const candidate of candidates) if (await isFolder(candidate)) return candidate;
  const looked =
    candidates.length === 0
      ? `The format ${name} does not say where its videos lie`
      : `There is none of ${candidates.join(', ')}`;
  throw new UsageError(`dataset.videos: is missing. ${looked}: name the folder of the videos.`);
}
