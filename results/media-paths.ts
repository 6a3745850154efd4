import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { distinctFileName, fileNameOf, isPathPart } from '../domain/text/file-name.ts';
import type { Row } from '../domain/row.ts';
import { cutFrameName } from '../domain/frames/cut-frame-name.ts';
import type { MediaSpec } from '../domain/run-spec.ts';
import { keyOf } from './original-record.ts';

/**
 * Where a generated picture lies below the output folder, named as the original names it, with one
 * folder per item: there two questions on one video overwrote each other's pictures.
 *
 * @param index  number of the picture, from 0
 */
export function picturePath(row: Row, index: number): string {
  const reference = row.planned[index]?.used_frame_id ?? 0;
  const name = `generated_frame_${index + 1}_ref_${reference}.jpg`;
  return join('generated_images', fileNameOf(keyOf(row)), itemFolder(row), name);
}

/** The items of a run have different ids, and so different folders, on every file system. */
function itemFolder({ item_id, sample }: Row): string {
  const folder = distinctFileName(item_id);
  return sample === 0 ? folder : `${folder}-sample-${sample}`;
}

const framePattern = /^frame_(\d{1,15})\.(?:jpe?g|png)$/i;

/**
 * Finds the paths of frames by their number; a video's folder is listed once, and rows of one
 * video follow one another. A frame that is gone keeps the plainest name it can have had. Frames
 * cut by us lie in the blob store and are named as `videoqa index --frames-out` writes them.
 */
export function createFramePaths(media: MediaSpec['media']) {
  const framesFolder = 'folder' in media ? media.folder : '';
  let latest = { videoId: '', names: new Map<number, string>() };
  return async (videoId: string): Promise<(frameId: number) => string> => {
    if (!isPathPart(videoId)) return () => '';
    if (media.kind === 'videos') return (frameId) => join(videoId, cutFrameName(frameId));
    if (latest.videoId !== videoId) {
      const folder = join(framesFolder, videoId);
      latest = { videoId, names: numbered(await readdir(folder).catch(() => [])) };
    }
    const { names } = latest;
    return (frameId) => join(framesFolder, videoId, names.get(frameId) ?? `frame_${frameId}.jpg`);
  };
}

function numbered(names: readonly string[]): Map<number, string> {
  const found = new Map<number, string>();
  for (const name of names.toSorted()) {
    const digits = framePattern.exec(name)?.[1];
    if (digits !== undefined && !found.has(Number(digits))) found.set(Number(digits), name);
  }
  return found;
}
