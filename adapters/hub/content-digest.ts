import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ListedFile } from './model-listing.ts';

/** Takes the bytes of one file in order and tells whether it is the listed one. */
export type ContentDigest = {
  add(bytes: Uint8Array): void;
  /** Bytes so far. */
  readonly bytes: () => number;
  /** To be asked once, after the last byte; `problem` is null when all that is known agrees. */
  finish(): { readonly sha256: string; readonly problem: string | null };
};

/** Checks size, sha256 and git's SHA-1, whichever are listed. */
export function startDigest(file: ListedFile): ContentDigest {
  const sha256 = createHash('sha256');
  // Git hashes a header first, which has the size.
  const blob =
    file.gitBlobSha1 !== null && file.size !== null
      ? createHash('sha1').update(`blob ${file.size}\0`)
      : null;
  let bytes = 0;
  return {
    add: (chunk) => {
      bytes += chunk.byteLength;
      sha256.update(chunk);
      blob?.update(chunk);
    },
    bytes: () => bytes,
    finish: () => {
      const digest = sha256.digest('hex');
      return { sha256: digest, problem: problemOf(file, bytes, digest, blob?.digest('hex')) };
    },
  };
}

/** Puts what lies at a path into a digest. */
export async function addFile(digest: ContentDigest, path: string): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    digest.add(chunk as Uint8Array);
  }
}

function problemOf(
  file: ListedFile,
  bytes: number,
  sha256: string,
  blob: string | undefined,
): string | null {
  if (file.size !== null && file.size !== bytes) {
    return `it has ${bytes} bytes, the hub says ${file.size}`;
  }
  if (file.sha256 !== null && file.sha256 !== sha256) {
    return `its sha256 is ${sha256}, the hub says ${file.sha256}`;
  }
  if (blob !== undefined && file.gitBlobSha1 !== blob) {
    return `its git hash is ${blob}, the hub says ${file.gitBlobSha1}`;
  }
  return null;
}
