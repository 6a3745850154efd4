import { StepError } from '../../domain/errors/step-error.ts';
import type { AuditStore } from '../../domain/stores/audit-store.ts';
import type { BlobStore } from '../../domain/stores/blob-store.ts';
import type { Damage } from './damage.ts';
import { namesInside } from './names-inside.ts';

export type ArtifactSources = {
  readonly audit: Pick<AuditStore, 'blobMentions'>;
  readonly blobs: Pick<BlobStore, 'get' | 'has'>;
};

export type ArtifactCount = { artifacts: number; bytes: number };

/**
 * Artifacts that the database names, and those that these name in turn, which are missing or do not
 * match their name.
 *
 * @param reads  whether content is read and compared with its name, or only looked for
 * @param count  raised as artifacts are looked at
 */
export async function* damagedArtifacts(
  { audit, blobs }: ArtifactSources,
  reads: boolean,
  count: ArtifactCount,
): AsyncIterable<Damage> {
  const seen = new Set<string>();
  for await (const { sha256, where, isRequired } of audit.blobMentions()) {
    if (!isRequired) continue;
    const waiting = [{ sha256, where }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (seen.has(next.sha256)) continue;
      seen.add(next.sha256);
      count.artifacts += 1;
      const looked = await look(blobs, next.sha256, reads);
      if ('kind' in looked) {
        const what = `artifact ${next.sha256} (${next.where})`;
        yield { kind: looked.kind, what, mend: mendArtifact };
        continue;
      }
      count.bytes += looked.content?.byteLength ?? 0;
      const inside = looked.content === null ? [] : namesInside(looked.content);
      const within = `${next.where}, in ${next.sha256.slice(0, 12)}`;
      waiting.push(...inside.map((name) => ({ sha256: name, where: within })));
    }
  }
}

const mendArtifact =
  'restore it from a copy of the state folder; frames and embeddings are made again by the next ' +
  'run, pictures and replies by `videoqa retry`';

async function look(
  blobs: ArtifactSources['blobs'],
  sha256: string,
  reads: boolean,
): Promise<{ content: Uint8Array | null } | { kind: Damage['kind'] }> {
  if (!(await blobs.has(sha256))) return { kind: 'artifact_missing' };
  if (!reads) return { content: null };
  try {
    return { content: await blobs.get(sha256) };
  } catch (error) {
    if (error instanceof StepError && error.action === 'fail') return { kind: 'artifact_damaged' };
    throw error;
  }
}
