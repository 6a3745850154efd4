import { hashFile } from '../adapters/video/find-video.ts';
import {
  findVideoEmbeddings,
  readVideoEmbeddings,
} from '../adapters/index-files/video-embeddings.ts';
import type { ImportedEmbeddings } from '../activities/check-imported.ts';
import type { FrameSource } from '../domain/run-spec.ts';
import { normalizeRows } from '../domain/frames/similarity.ts';
import { StepError } from '../domain/errors/step-error.ts';

/** The file of a video's embeddings as unit rows; null where the run has none or may build it. */
export async function importedEmbeddings(
  source: Pick<FrameSource, 'dataset'>,
  videoId: string,
): Promise<ImportedEmbeddings | null> {
  const { embeddings, buildMissing } = source.dataset;
  if (embeddings === null) return null;
  const path = await findVideoEmbeddings(embeddings, videoId);
  if (path === null && buildMissing) return null;
  if (path === null) {
    const message = `the folder of embeddings has no file for video ${videoId}`;
    throw new StepError('frames_missing', 'fail', message);
  }
  const { names, vectors, dimension, model } = await readVideoEmbeddings(path);
  normalizeRows(vectors, dimension);
  return {
    frameNames: names.map((name) => name.split(/[\\/]/).at(-1) ?? name),
    vectors,
    dimension,
    fileHash: await hashFile(path),
    model,
  };
}
