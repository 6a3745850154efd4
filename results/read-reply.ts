import type { BlobStore } from '../domain/stores/blob-store.ts';
import { utf8Text } from '../domain/text/utf8-text.ts';

/** The text of a stored reply. @throws {StepError} class `storage` when it is missing or damaged */
export async function readReply(
  blobs: Pick<BlobStore, 'get'>,
  replyArtifact: string,
): Promise<string> {
  return utf8Text(await blobs.get(replyArtifact));
}

/** Says of stored replies whether they hold the simulated model's mark of a guess. */
export function createGuessFinder(blobs: Pick<BlobStore, 'get'>, marker: string) {
  return async (replyArtifact: string): Promise<boolean> =>
    (await readReply(blobs, replyArtifact)).includes(marker);
}
