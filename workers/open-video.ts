import type { ExtractDependencies, VideoFile } from '../activities/extract-frames.ts';
import { cutFrames } from '../adapters/video/cut-frames.ts';
import { findSequence, findVideo, hashFile } from '../adapters/video/find-video.ts';
import { hashSequence, readSequence } from '../adapters/video/frame-sequence.ts';
import { type MediaFile, type MediaFiles, thawMediaFiles } from '../domain/frames/media-files.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';

/** Lists of media files kept in memory: one per run at work. */
const mostLists = 8;

/** Opens videos: by their ids, or where the run's list of media files says that they lie. */
export function createVideoOpener(blobs: Pick<BlobStore, 'get'>): ExtractDependencies['openVideo'] {
  const lists = new Map<string, Promise<MediaFiles>>();
  const listOf = (artifact: string): Promise<MediaFiles> => {
    const known = lists.get(artifact);
    if (known !== undefined) return known;
    const read = blobs.get(artifact).then(thawMediaFiles);
    lists.set(artifact, read);
    const [oldest] = lists.keys();
    if (lists.size > mostLists && oldest !== undefined) lists.delete(oldest);
    read.catch(() => lists.delete(artifact));
    return read;
  };
  return async ({ folder, files }, videoId) => {
    if (files === undefined) return asVideo(await findVideo(folder, videoId));
    const list = await listOf(files);
    const media = Object.hasOwn(list, videoId) ? list[videoId] : undefined;
    if (media === undefined)
      throw new StepError(
        'frames_missing',
        'fail',
        `the list of media files lacks video ${videoId}`,
      );
    return openMedia(folder, videoId, media);
  };
}

async function openMedia(
  folder: string,
  videoId: string,
  { file, clip, framesPerSecond }: MediaFile,
): Promise<VideoFile> {
  const part = clip === undefined ? {} : { clip };
  if (framesPerSecond === undefined) return asVideo(await findVideo(folder, videoId, [file]), part);
  const sequence = await findSequence(folder, videoId, [file]);
  return {
    ...part,
    framesPerSecond,
    hash: (signal) => hashSequence(sequence, signal),
    cut: (extract) => readSequence({ folder: sequence, framesPerSecond, extract, ...part }),
  };
}

function asVideo(file: string, part: Pick<VideoFile, 'clip'> = {}): VideoFile {
  return {
    ...part,
    hash: (signal) => hashFile(file, signal),
    cut: (extract, signal) => cutFrames({ file, extract, signal, ...part }),
  };
}
