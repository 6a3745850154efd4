import { readdir } from 'node:fs/promises';
import { isPathPart } from '../../domain/text/file-name.ts';
import type { Frame } from '../../domain/item.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import { failedToRead, pathInside, readFrameFile } from './frame-file.ts';
import { frameNumber, numberFrames, type UnmatchedFile } from './frame-names.ts';
import { type FrameTimeRule, openFrameTimes } from './frame-times.ts';

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
      checkParts([videoId], `video ${videoId}`);
      const title = `the frames folder of video ${videoId}`;
      const folder = await pathInside(root, [videoId], title);
      const names = await readdir(folder).catch(failedToRead(title));
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
      checkParts([videoId, name], title);
      return readFrameFile(root, [videoId, name], title);
    },
  };
}

/** @throws {StepError} class `frames_missing` for a name that would lead to another folder */
function checkParts(parts: readonly string[], title: string): void {
  if (!parts.every(isPathPart)) throw missing(`${title} has no name that can stand in a path`);
}

function missing(message: string): StepError {
  return new StepError('frames_missing', 'fail', message);
}
