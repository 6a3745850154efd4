import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { frameNumber } from '../adapters/frames/frame-names.ts';
import { downloadVideo } from '../adapters/video/download-video.ts';
import { videoIdOf } from '../adapters/video/find-video.ts';
import { sha256Hex } from '../domain/hashing.ts';
import type { ExtractSpec, MediaFolder } from '../domain/run-spec.ts';
import { StepError } from '../domain/errors/step-error.ts';
import { EnvironmentError, UsageError } from '../domain/errors/usage-error.ts';
import { printNote } from './output.ts';

/** Videos, or folders of frames, that are to be indexed. */
export type IndexedMedia = {
  readonly media: MediaFolder;
  /** In order; not empty. */
  readonly videoIds: readonly string[];
};

const downloadLimitBytes = 4 * 2 ** 30;
const downloadTimeoutMs = 3_600_000;

/** Whether a source is an address on the web rather than a path. */
export function isAddress(source: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(source);
}

/**
 * Finds out what a path names: a video file, a folder of video files, a folder of frames
 * (`frame_<n>.jpg`), or a folder of such folders.
 *
 * @param extract  which frames are cut out of videos
 * @throws {UsageError} when there is nothing to index
 */
export async function findIndexedMedia(
  source: string,
  extract: ExtractSpec,
): Promise<IndexedMedia> {
  const path = resolve(source);
  const found = await stat(path).catch(() => {
    throw new UsageError(`${source} is not there; name a video, a folder of videos or of frames`);
  });
  if (found.isFile()) return videosIn(dirname(path), [basename(path)], extract);
  const names = (await readdir(path, { withFileTypes: true })).toSorted((left, right) =>
    left.name < right.name ? -1 : 1,
  );
  if (names.some(({ name }) => frameNumber(name) !== null))
    return framesIn(dirname(path), [basename(path)]);
  const videos = names.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  if (videos.some((name) => videoIdOf(name) !== null)) return videosIn(path, videos, extract);
  const folders = names.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const withFrames: string[] = [];
  for (const folder of folders) {
    const inside = await readdir(join(path, folder));
    if (inside.some((name) => frameNumber(name) !== null)) withFrames.push(folder);
  }
  return framesIn(path, withFrames);
}

function videosIn(folder: string, names: readonly string[], extract: ExtractSpec): IndexedMedia {
  const videoIds = [...new Set(names.flatMap((name) => videoIdOf(name) ?? []))];
  return notEmpty(folder, { media: { kind: 'videos', folder, extract }, videoIds });
}

/** The times of frames are read from `times.json` beside them, where that is there. */
function framesIn(folder: string, videoIds: readonly string[]): IndexedMedia {
  const media = { kind: 'frames', folder, frameTime: { file: 'times.json' } } as const;
  return notEmpty(folder, { media, videoIds });
}

function notEmpty(folder: string, found: IndexedMedia): IndexedMedia {
  if (found.videoIds.length > 0) return found;
  throw new UsageError(
    `${folder} holds no video file and no folder with frame_<n>.jpg; nothing was indexed`,
  );
}

/**
 * Downloads the video at an address, unless it is there already.
 *
 * @param downloads  the folder for downloads
 * @returns the file
 * @throws {UsageError} when the address is refused or holds no video
 * @throws {EnvironmentError} when it cannot be reached now
 */
export async function downloadSource(
  url: string,
  downloads: string,
  signal: AbortSignal,
): Promise<string> {
  const folder = join(downloads, sha256Hex(url).slice(0, 16));
  const names = await readdir(folder).catch(() => [] as string[]);
  const known = names.find((name) => videoIdOf(name) !== null);
  if (known !== undefined) return join(folder, known);
  printNote('Downloading the video');
  const limits = { maxBytes: downloadLimitBytes, timeoutMs: downloadTimeoutMs };
  try {
    return await downloadVideo(url, { folder, ...limits, signal });
  } catch (cause) {
    if (!(cause instanceof StepError)) throw cause;
    if (cause.action === 'fail') throw new UsageError(cause.message, { cause });
    throw new EnvironmentError(`${cause.message}; the same command tries again`, { cause });
  }
}
