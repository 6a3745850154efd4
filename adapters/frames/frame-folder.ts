import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isPathPart } from '../../domain/file-name.ts';
import type { Frame } from '../../domain/item.ts';
import { StepError } from '../../domain/step-error.ts';
import { frameNumber, numberFrames, type UnmatchedFile } from './frame-names.ts';
import { type FrameTimeRule, openFrameTimes } from './frame-times.ts';
import { mediaTypeOf } from './picture.ts';

/** The frames of one video in time order, and the files beside them that are none. */
export type FrameListing = {
  readonly frames: readonly Frame[];
  readonly unmatched: readonly UnmatchedFile[];
};

export type FrameFolders = {
  /** @throws {StepError} class `frames_missing` when the folder is not there or holds no frame */
  list(videoId: string): Promise<FrameListing>;
  /**
   * The bytes of one frame: JPEG, PNG or WebP by their signature.
   *
   * @throws {StepError} class `frames_missing`, `bad_media`, or `storage` when reading may help later
   */
  read(videoId: string, name: string): Promise<Uint8Array>;
};

/**
 * Opens a folder with one folder of frames per video, `<root>/<video>/frame_<n>.jpg`. No frame
 * is read from outside of `root`, whatever a key, a name or a symbolic link says.
 */
export function openFrameFolders({
  root,
  frameTime,
}: {
  readonly root: string;
  readonly frameTime: FrameTimeRule;
}): FrameFolders {
  const times = openFrameTimes(root, frameTime);
  return {
    async list(videoId) {
      const names = await readdir(await pathInside(root, videoId)).catch(failedToRead(videoId));
      const wanted = names.filter((name) => name !== times.fileName);
      const { frames, unmatched } = numberFrames(wanted);
      const smallest = frames[0]?.frameId;
      if (smallest === undefined)
        throw missing(
          `the frames folder of video ${videoId} holds no frame_<n>.jpg, .jpeg or .png`,
        );
      const timeOf = await times.ofVideo(videoId, smallest);
      return {
        frames: frames.map((frame) => ({ videoId, ...frame, timeSeconds: timeOf(frame) })),
        unmatched,
      };
    },
    async read(videoId, name) {
      const title = `frame ${name} of video ${videoId}`;
      if (frameNumber(name) === null) throw missing(`${title} has no name of a frame`);
      const path = await pathInside(root, videoId, name);
      const { size } = await stat(path).catch(failedToRead(videoId, name));
      if (size > mostFrameBytes)
        throw new StepError('bad_media', 'fail', `${title} has ${size} bytes, the limit is 64 MiB`);
      const bytes = await readFile(path).catch(failedToRead(videoId, name));
      if (mediaTypeOf(bytes) === null)
        throw new StepError('bad_media', 'fail', `${title} is neither JPEG, PNG nor WebP`);
      return bytes;
    },
  };
}

/** No provider takes a picture of this size; a video's worth of bytes in one is a mistake. */
const mostFrameBytes = 64 * 2 ** 20;

/** The real path of a video's folder, or of a file in it. */
async function pathInside(root: string, videoId: string, name?: string): Promise<string> {
  const title = name === undefined ? `video ${videoId}` : `frame ${name} of video ${videoId}`;
  const parts = name === undefined ? [videoId] : [videoId, name];
  if (!parts.every(isPathPart)) throw missing(`${title} has no name that can stand in a path`);
  const realRoot = await realpath(root).catch(failedToRead(videoId, name));
  const path = await realpath(join(realRoot, ...parts)).catch(failedToRead(videoId, name));
  const prefix = realRoot.endsWith(sep) ? realRoot : realRoot + sep;
  if (!path.startsWith(prefix)) throw missing(`${title} leads out of the frames folder`);
  return path;
}

function failedToRead(videoId: string, name?: string): (error: unknown) => never {
  return (error) => {
    const { code } = error as NodeJS.ErrnoException;
    const title =
      name === undefined
        ? `the frames folder of video ${videoId}`
        : `frame ${name} of video ${videoId}`;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG')
      throw missing(`${title} is not there`, error);
    if (code === 'EACCES' || code === 'EPERM' || code === 'EISDIR' || code === 'ELOOP')
      throw missing(`${title} cannot be read (${code})`, error);
    throw new StepError('storage', 'retry', `${title} cannot be read (${code ?? 'unknown'})`, {
      cause: error,
    });
  };
}

function missing(message: string, cause?: unknown): StepError {
  return new StepError('frames_missing', 'fail', message, { cause });
}
