import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import type { ModelManifest } from '../embedding/model-folder/model-manifest.ts';
import { type ModelParts, neededFiles } from './choose-files.ts';
import type { PulledModel } from './pull-model.ts';
import type { RepoName } from './repo-name.ts';
import { verifyFiles } from './verify-model.ts';

/**
 * What `pull` can do without the network: find that everything is there already.
 *
 * @throws {EnvironmentError} naming what is missing or damaged
 */
export async function pullOffline(
  folder: string,
  { repo, revision }: RepoName,
  parts: ModelParts,
  manifest: ModelManifest | null,
): Promise<PulledModel> {
  const refuse = (problem: string): never => {
    throw new EnvironmentError(
      `HF_HUB_OFFLINE is set, so nothing is fetched, and ${problem}. Unset it, or copy the folder ` +
        'from a machine that has it',
    );
  };
  if (manifest === null || manifest.repo !== repo) {
    return refuse(`${folder} holds no fetched copy of ${repo} (${neededFiles(parts).join(', ')})`);
  }
  if (/^[0-9a-f]{40}$/.test(revision) && revision !== manifest.revision) {
    return refuse(`${folder} holds ${repo} at ${manifest.revision}, not at ${revision}`);
  }
  const { files } = await verifyFiles(folder, manifest);
  const lacking = [
    ...neededFiles(parts).filter((name) => !(name in manifest.files)),
    ...files
      .filter(({ state }) => state !== 'intact')
      .map(({ name, state }) => `${name} (${state})`),
  ];
  if (lacking.length > 0) return refuse(`${folder} lacks ${lacking.join(', ')}`);
  return {
    repo,
    revision: manifest.revision,
    folder,
    files: files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256, isNew: false })),
  };
}
