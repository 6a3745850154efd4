import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import { hashFiles } from '../embedding/model-folder/model-files.ts';
import {
  manifestFile,
  type ModelManifest,
  readManifest,
} from '../embedding/model-folder/model-manifest.ts';

/** A file of a model folder beside what was fetched. */
export type VerifiedFile = {
  readonly name: string;
  readonly state: 'intact' | 'changed' | 'missing';
  /** Bytes on disk; 0 when missing. */
  readonly bytes: number;
  /** As fetched, 64 hex digits. */
  readonly sha256: string;
};

export type VerifiedModel = {
  readonly repo: string;
  /** Commit that the files were fetched at. */
  readonly revision: string;
  readonly files: readonly VerifiedFile[];
};

/**
 * Compares the files of a model folder with what was fetched from the hub. Reads every byte.
 *
 * @throws {EnvironmentError} when the folder was not fetched by us
 */
export async function verifyModel(folder: string): Promise<VerifiedModel> {
  const manifest = await readManifest(folder);
  if (manifest === null) {
    throw new EnvironmentError(
      `${folder} has no ${manifestFile}, so its files cannot be checked; fetch the model with ` +
        '`videoqa models pull <repo>`',
    );
  }
  return verifyFiles(folder, manifest);
}

/** The same with the list of files at hand. */
export async function verifyFiles(
  folder: string,
  { repo, revision, files }: ModelManifest,
): Promise<VerifiedModel> {
  const verified: VerifiedFile[] = [];
  for (const [name, sha256] of Object.entries(files)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    const state =
      found === null ? 'missing' : (await hashFiles([path])) === sha256 ? 'intact' : 'changed';
    verified.push({ name, state, bytes: found?.size ?? 0, sha256 });
  }
  return { repo, revision, files: verified };
}
