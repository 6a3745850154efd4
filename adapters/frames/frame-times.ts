import { readFile, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { z } from 'zod';
import type { MediaSpec } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/errors/step-error.ts';

/** How the times of a folder's frames are known; null = they are not. */
export type FrameTimeRule = Extract<MediaSpec['media'], { kind: 'frames' }>['frameTime'];

/** Seconds into the video by frame number and file name; null where they are unknown. */
type TimeOfFrame = (frame: { readonly frameId: number; readonly name: string }) => number | null;

export type FrameTimes = {
  /** @param smallest the smallest frame number in the video's folder */
  ofVideo(videoId: string, smallest: number): Promise<TimeOfFrame>;
  /** Name of the file of times that stands among the frames; null when there is none. */
  readonly fileName: string | null;
};

const namedTimesSchema = z.record(z.string(), z.number().min(0));
const timesOfVideosSchema = z.record(z.string(), namedTimesSchema);

/**
 * Tells when each frame was on screen. `perSecond: r`: (n - smallest n of the folder) / r. `file`:
 * `{"<file name>": seconds}` in the video's own folder, else one file in the frames folder (or at
 * an absolute path) with such an object for each video. Times are never guessed.
 *
 * @throws {StepError} class `storage` from `ofVideo` when a file of times cannot be read
 */
export function openFrameTimes(root: string, frameTime: FrameTimeRule): FrameTimes {
  if (frameTime === null) return { fileName: null, ofVideo: async () => () => null };
  if ('perSecond' in frameTime) {
    const { perSecond } = frameTime;
    const timesFrom =
      (smallest: number): TimeOfFrame =>
      ({ frameId }) =>
        (frameId - smallest) / perSecond;
    return { fileName: null, ofVideo: async (_, smallest) => timesFrom(smallest) };
  }
  const { file } = frameTime;
  const standsAlone = /[/\\]/.test(file);
  let shared: Promise<z.infer<typeof timesOfVideosSchema>> | undefined;
  const readShared = async (): Promise<z.infer<typeof timesOfVideosSchema>> =>
    (await readTimes(
      standsAlone ? file : await pathWithin(root, join(root, file)),
      timesOfVideosSchema,
    )) ?? {};
  return {
    fileName: basename(file),
    async ofVideo(videoId) {
      const path = standsAlone ? null : await pathWithin(root, join(root, videoId, file));
      const own = await readTimes(path, namedTimesSchema);
      shared ??= own === null ? readShared() : undefined;
      const times = own ?? (await shared)?.[videoId] ?? {};
      return ({ name }) => (Object.hasOwn(times, name) ? (times[name] ?? null) : null);
    },
  };
}

/** The path when it lies in the folder, links followed; null when it does not, or is not there. */
async function pathWithin(folder: string, path: string): Promise<string | null> {
  const [root, real] = await Promise.all(
    [folder, path].map((each) => realpath(each).catch(() => null)),
  );
  return root != null && real != null && real.startsWith(root + sep) ? path : null;
}

/** Null when there is no such file. */
async function readTimes<Times>(
  path: string | null,
  schema: z.ZodType<Times>,
): Promise<Times | null> {
  if (path === null) return null;
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    const message = `the frame times in ${path} cannot be read; they are {"<file name>": seconds}, by video in a shared file`;
    throw new StepError('storage', 'fail', message, { cause: error });
  }
}
