import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../domain/errors/usage-error.ts';
import {
  manifestFile,
  type ModelManifest,
  readManifest,
} from '../embedding/model-folder/model-manifest.ts';

/** Stands while files are being fetched, so that what an interrupted pull left may be replaced. */
const startedFile = `${manifestFile}.partial`;

/** What is known of a folder before a pull. */
export type PulledFolder = {
  /** Of the last pull that ended well; null when there was none. */
  readonly manifest: ModelManifest | null;
  /** Whether its files were fetched from this repository, so that they may be replaced. */
  readonly isOurs: boolean;
};

/**
 * @throws {UsageError} when the folder holds another model
 */
export async function openPulledFolder(folder: string, repo: string): Promise<PulledFolder> {
  const manifest = await readManifest(folder);
  const started = await readFile(join(folder, startedFile), 'utf8').catch(() => null);
  const owner = manifest?.repo ?? started?.trim() ?? null;
  if (owner !== null && owner !== repo) {
    throw new UsageError(`${folder} holds ${owner}; choose another folder for ${repo} with --out`);
  }
  return { manifest, isOurs: owner !== null };
}

/** Marks the folder as unfinished: from now on it has no revision until `finishPull`. */
export async function startPull(folder: string, repo: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, startedFile), `${repo}\n`);
  await rm(join(folder, manifestFile), { force: true });
}

/** Writes down what the folder holds, at once or not at all. */
export async function finishPull(folder: string, manifest: ModelManifest): Promise<void> {
  const written = join(folder, `${manifestFile}.new`);
  await writeFile(written, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(written, join(folder, manifestFile));
  await rm(join(folder, startedFile), { force: true });
}
