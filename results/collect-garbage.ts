import type { AuditStore } from '../domain/stores/audit-store.ts';
import type { BlobKeeping, BlobStore, StoredFile } from '../domain/stores/blob-store.ts';
import { namesInside } from './verify/names-inside.ts';

export type GarbageSources = {
  readonly audit: Pick<AuditStore, 'blobMentions'>;
  readonly blobs: Pick<BlobStore, 'get' | 'has'> & BlobKeeping;
};

export type Garbage = {
  /** Files that nothing refers to. */
  readonly files: number;
  readonly bytes: number;
  /** Files that stay. */
  readonly kept: number;
  /** Files that are too young to be judged. */
  readonly young: number;
};

/** Younger files may belong to something that is just being written down. */
const leastAgeMs = 60 * 60 * 1000;

/**
 * Finds, and removes unless it is a rehearsal, files of the blob store that nothing in the database
 * refers to: whatever looks like a name anywhere keeps its blob. Only while no drive and no index
 * job is open.
 *
 * @param nowMs  milliseconds since 1970
 */
export async function collectGarbage(
  { audit, blobs }: GarbageSources,
  { isRehearsal, nowMs }: { readonly isRehearsal: boolean; readonly nowMs: number },
): Promise<Garbage> {
  const inUse = await namesInUse({ audit, blobs });
  const found = { files: 0, bytes: 0, kept: 0, young: 0 };
  for await (const file of blobs.list()) {
    if (isInUse(file, inUse)) found.kept += 1;
    else if (nowMs - file.modifiedAt < leastAgeMs) found.young += 1;
    else {
      found.files += 1;
      found.bytes += file.bytes;
      if (!isRehearsal) await blobs.remove(file);
    }
  }
  return found;
}

/** Damaged content that was put aside stays while nothing has taken its place. */
function isInUse({ sha256, path }: StoredFile, inUse: ReadonlySet<string>): boolean {
  if (sha256 !== null) return inUse.has(sha256);
  const damaged = /([0-9a-f]{64})\.damaged$/.exec(path)?.[1];
  return damaged !== undefined && inUse.has(damaged);
}

async function namesInUse({
  audit,
  blobs,
}: Pick<GarbageSources, 'audit' | 'blobs'>): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const { sha256, mayNameOthers } of audit.blobMentions()) {
    if (names.has(sha256)) continue;
    names.add(sha256);
    if (!mayNameOthers || !(await blobs.has(sha256))) continue;
    for (const inside of namesInside(await blobs.get(sha256))) names.add(inside);
  }
  return names;
}
