import { z } from 'zod';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import type { Hub } from './hub.ts';
import { refusalOf } from './hub-refusal.ts';
import { requestFrom } from './hub-request.ts';
import type { RepoName } from './repo-name.ts';

/** A file of a repository and what the hub says to check it by. */
export type ListedFile = {
  /** Path in the repository. */
  readonly name: string;
  /** Bytes; null when the hub does not say. */
  readonly size: number | null;
  /** Of large files, 64 hex digits. */
  readonly sha256: string | null;
  /** Of small files: git's SHA-1 of the content with its header, 40 hex digits. */
  readonly gitBlobSha1: string | null;
};

/** A repository at one commit. */
export type ModelListing = {
  /** The commit, 40 hex digits. */
  readonly commit: string;
  readonly files: readonly ListedFile[];
};

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const bytes = z.int().nonnegative();
const listingSchema = z.object({
  sha: hex(40),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: bytes.nullish(),
      blobId: hex(40).nullish().catch(null),
      lfs: z
        .object({ sha256: hex(64), size: bytes })
        .nullish()
        .catch(null),
    }),
  ),
});

/**
 * Asks the hub which commit a revision is and which files it has.
 *
 * @throws {UsageError} when there is no such repository or revision
 * @throws {EnvironmentError} when it may not be read, or the hub cannot be reached
 */
export async function listModel(
  hub: Hub,
  name: RepoName,
  signal: AbortSignal,
): Promise<ModelListing> {
  const revision = encodeURIComponent(name.revision);
  const path = `/api/models/${name.repo}/revision/${revision}?blobs=true`;
  const reply = await requestFrom(hub, { path, signal });
  if (!reply.ok) throw await refusalOf(reply, hub, name, 'the list of files');
  const listing = listingSchema.safeParse(await reply.json().catch(() => null));
  if (!listing.success) {
    throw new EnvironmentError(
      `${new URL(hub.baseUrl).host} answered with something else than a list of files; check HF_ENDPOINT`,
    );
  }
  return {
    commit: listing.data.sha,
    files: listing.data.siblings.map(({ rfilename, size, blobId, lfs }) => ({
      name: rfilename,
      size: lfs?.size ?? size ?? null,
      sha256: lfs?.sha256 ?? null,
      // Of a large file this is the blob of the pointer to it.
      gitBlobSha1: lfs ? null : (blobId ?? null),
    })),
  };
}
