import { join } from 'node:path';
import { z } from 'zod';
import { isPathPart } from '../domain/text/file-name.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { MediaKind, MediaStore } from '../domain/stores/media-store.ts';
import { writeAtomically } from './write-atomically.ts';

export type IndexSources = {
  readonly media: Pick<MediaStore, 'findOwned'>;
  readonly blobs: Pick<BlobStore, 'get'>;
};

const manifestSchema = z.object({
  frames: z.array(
    z.object({ name: z.string().refine(isPathPart), time_s: z.number(), sha256: z.string() }),
  ),
});

/**
 * Writes the index of a video as `<folder>/<video>.safetensors`.
 *
 * @param ownerId  the run or index job that made it
 * @returns the file's path
 */
export async function exportIndex(
  sources: IndexSources,
  ownerId: string,
  videoId: string,
  folder: string,
): Promise<string> {
  const file = join(folder, `${checkedName(videoId)}.safetensors`);
  await writeAtomically(file, [await owned(sources, ownerId, videoId, 'index')]);
  return file;
}

/**
 * Writes the frames cut out of a video in the layout that runs read: `<folder>/<video>/<name>` and,
 * beside them, `times.json`.
 *
 * @returns how many frames were written
 */
export async function exportFrames(
  sources: IndexSources,
  ownerId: string,
  videoId: string,
  folder: string,
): Promise<number> {
  const manifest = new TextDecoder().decode(await owned(sources, ownerId, videoId, 'frames'));
  const { frames } = manifestSchema.parse(JSON.parse(manifest));
  const videoFolder = join(folder, checkedName(videoId));
  for (const { name, sha256 } of frames)
    await writeAtomically(join(videoFolder, name), [await sources.blobs.get(sha256)]);
  const times = Object.fromEntries(frames.map(({ name, time_s }) => [name, time_s]));
  await writeAtomically(join(videoFolder, 'times.json'), [`${JSON.stringify(times)}\n`]);
  return frames.length;
}

/** Files keep the names of their videos, so that runs find them by these. */
function checkedName(videoId: string): string {
  if (isPathPart(videoId)) return videoId;
  throw new StepError(
    'storage',
    'fail',
    `video ${JSON.stringify(videoId)} has no name that can stand in a path`,
  );
}

async function owned(
  { media, blobs }: IndexSources,
  ownerId: string,
  videoId: string,
  kind: MediaKind,
): Promise<Uint8Array> {
  const artifact = await media.findOwned(ownerId, videoId, kind);
  if (artifact !== null) return blobs.get(artifact);
  throw new StepError('storage', 'fail', `${ownerId} has no ${kind} of video ${videoId}`);
}
