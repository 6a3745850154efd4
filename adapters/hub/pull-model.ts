import { mkdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError, UsageError } from '../../domain/errors/usage-error.ts';
import type { ModelManifest } from '../embedding/model-folder/model-manifest.ts';
import { chooseFiles, type ModelParts } from './choose-files.ts';
import { addFile, startDigest } from './content-digest.ts';
import { downloadFile, type DownloadPatience, partialOf } from './download-file.ts';
import type { Hub } from './hub.ts';
import { type ListedFile, listModel } from './model-listing.ts';
import { pullOffline } from './pull-offline.ts';
import { finishPull, openPulledFolder, type PulledFolder, startPull } from './pulled-folder.ts';
import type { RepoName } from './repo-name.ts';

/** A model to fetch, and where to. */
export type PullRequest = {
  readonly hub: Hub;
  readonly name: RepoName;
  readonly parts: ModelParts;
  readonly folder: string;
  /** Ends the pull with its reason; the next one goes on from there. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PullProgress) => void;
  /** @default pauses from 1 s, at most 60 s of silence */
  readonly patience?: DownloadPatience;
};

/** How far one file is. */
export type PullProgress = {
  readonly file: string;
  readonly bytes: number;
  /** Null when the hub does not say. */
  readonly totalBytes: number | null;
};

/** A model that is whole and checked. */
export type PulledModel = {
  readonly repo: string;
  /** The commit. */
  readonly revision: string;
  readonly folder: string;
  readonly files: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly sha256: string;
    /** False when it was there already. */
    readonly isNew: boolean;
  }[];
};

const defaultPatience: DownloadPatience = { pauseMs: 1000, stallMs: 60_000 };

/**
 * Fetches a model from the hub into a folder: only the files that are needed, each checked against
 * the hub's hashes. What is there already and agrees is kept.
 *
 * @throws {UsageError} when the model does not exist, or the folder holds other files
 * @throws {EnvironmentError} when the hub refuses, cannot be reached or must not be asked, or the
 *   disk is full
 */
export async function pullModel(request: PullRequest): Promise<PulledModel> {
  const { hub, name, parts, folder, signal } = request;
  const before = await openPulledFolder(folder, name.repo);
  if (hub.isOffline) return pullOffline(folder, name, parts, before.manifest);
  const { commit, files } = await listModel(hub, name, signal);
  const chosen = chooseFiles(name.repo, files, parts);
  const kept = keptFiles(before.manifest, commit, chosen, folder);
  const present = new Map<string, string>();
  for (const file of chosen) {
    const sha256 = await hashIfListed(folder, file, kept[file.name]);
    if (sha256 !== null) present.set(file.name, sha256);
  }
  const lacking = chosen.filter(({ name: file }) => !present.has(file));
  await refuseForeignFiles(folder, lacking, before, name.repo);
  await refuseFullDisk(folder, lacking);
  const isComplete = lacking.length === 0 && before.manifest?.revision === commit;
  if (!isComplete) await startPull(folder, name.repo);
  const fetched = await fetchAll(request, commit, lacking);
  const hashes = { ...kept, ...Object.fromEntries([...present, ...fetched]) };
  await finishPull(folder, { repo: name.repo, revision: commit, files: hashes });
  return {
    repo: name.repo,
    revision: commit,
    folder,
    files: await Promise.all(
      chosen.map(async ({ name: file }) => ({
        name: file,
        bytes: (await stat(join(folder, file))).size,
        sha256: hashes[file]!,
        isNew: fetched.has(file),
      })),
    ),
  };
}

/** Files of earlier pulls at the same commit; those of another commit must not stay beside the new. */
function keptFiles(
  manifest: ModelManifest | null,
  commit: string,
  chosen: readonly ListedFile[],
  folder: string,
): Readonly<Record<string, string>> {
  if (manifest === null) return {};
  if (manifest.revision === commit) return manifest.files;
  const names = new Set(chosen.map(({ name }) => name));
  const others = Object.keys(manifest.files).filter((name) => !names.has(name));
  if (others.length === 0) return {};
  throw new UsageError(
    `${folder} holds ${manifest.repo} at ${manifest.revision} with ${others.join(', ')}, which would ` +
      `not fit to ${commit}; choose another folder with --out, or delete this one`,
  );
}

/** The sha256 of a file that is there already and is the listed one; null otherwise. */
async function hashIfListed(
  folder: string,
  file: ListedFile,
  known: string | undefined,
): Promise<string | null> {
  const path = join(folder, file.name);
  const found = await stat(path).catch(() => null);
  if (found === null || (file.size !== null && found.size !== file.size)) return null;
  const digest = startDigest(file);
  await addFile(digest, path);
  const { sha256, problem } = digest.finish();
  const isChecked = file.sha256 !== null || (file.gitBlobSha1 !== null && file.size !== null);
  return problem === null && (isChecked || sha256 === known) ? sha256 : null;
}

/** Files that we did not fetch are not replaced. */
async function refuseForeignFiles(
  folder: string,
  lacking: readonly ListedFile[],
  { isOurs }: PulledFolder,
  repo: string,
): Promise<void> {
  if (isOurs) return;
  for (const { name } of lacking) {
    if ((await stat(join(folder, name)).catch(() => null)) === null) continue;
    throw new UsageError(
      `${join(folder, name)} is there already and is not that of ${repo}; choose another folder ` +
        'with --out, or move the file away',
    );
  }
}

async function refuseFullDisk(folder: string, lacking: readonly ListedFile[]): Promise<void> {
  let needed = 0;
  for (const { name, size } of lacking) {
    const partial = await stat(partialOf(join(folder, name))).catch(() => null);
    needed += Math.max(0, (size ?? 0) - (partial?.size ?? 0));
  }
  await mkdir(folder, { recursive: true });
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (needed <= free) return;
  throw new EnvironmentError(
    `the model needs ${megabytes(needed)} and the disk of ${folder} has ${megabytes(free)} left; ` +
      'make room, or choose another folder with --out',
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

async function fetchAll(
  { hub, name, folder, signal, onProgress, patience = defaultPatience }: PullRequest,
  commit: string,
  lacking: readonly ListedFile[],
): Promise<ReadonlyMap<string, string>> {
  const fetched = new Map<string, string>();
  for (const file of lacking) {
    const sha256 = await downloadFile({
      hub,
      name: { repo: name.repo, revision: commit },
      file,
      target: join(folder, file.name),
      signal,
      onBytes: (bytes) => onProgress({ file: file.name, bytes, totalBytes: file.size }),
      patience,
    });
    fetched.set(file.name, sha256);
  }
  return fetched;
}
