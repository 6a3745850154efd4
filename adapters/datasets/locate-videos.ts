import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative, sep } from 'node:path';
import type { MediaFile, MediaFiles } from '../../domain/frames/media-files.ts';
import type { MediaSpec } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import { EnvironmentError, UsageError } from '../../domain/errors/usage-error.ts';
import { openVideoCheck, type VideoCheck } from '../video/check-readable.ts';
import { findSequence, findVideo } from '../video/find-video.ts';
import { findVideoTools } from '../video/video-tools.ts';
import type { VideoReference } from './format.ts';
import { inParallel } from './in-parallel.ts';
import { type Problem, problemAt, wholeFile } from './problem.ts';

/** Where the videos of a data set lie, and what is wrong with them. */
export type LocatedVideos = {
  readonly problems: readonly Problem[];
  /** Null where every file is called by its video's id. */
  readonly files: MediaFiles | null;
  /** Ids of videos without a file, with what to tell about each. */
  readonly missing: ReadonlyMap<string, Problem>;
};

const lookupsAtOnce = 16;
const probesAtOnce = Math.max(4, availableParallelism());

/**
 * Looks for the file of every video, whether it can be decoded and reaches to its clip, and for the
 * times of its frames where these are given.
 *
 * @param checked  file that remembers videos found good
 * @throws {EnvironmentError} when ffmpeg is missing, or a look at a file failed and may succeed later
 */
export async function locateVideos(
  { folder, extract }: Extract<MediaSpec['media'], { kind: 'videos' }>,
  references: readonly VideoReference[],
  checked: string,
): Promise<LocatedVideos> {
  const tools = await findVideoTools();
  const root = await realpath(folder);
  const found = await inParallel(references, lookupsAtOnce, (reference) =>
    locate(root, folder, reference),
  );
  const faults = await findFaults(root, found, await openVideoCheck(tools, checked));
  const files: [string, MediaFile][] = [];
  const problems: Problem[] = [];
  const missing = new Map<string, Problem>();
  for (const [place, { videoId }] of references.entries()) {
    const { media, problem } = found[place]!;
    if (media !== null) files.push([videoId, media]);
    if (problem !== null) missing.set(videoId, problem);
    const fault = faults[place] ?? null;
    if (fault !== null) {
      const fix = 'Fetch the file again, or leave out its items (dataset.missingMedia)';
      missing.set(videoId, about(join(root, media?.file ?? ''), fault, fix));
    }
    if ('times' in extract && !Object.hasOwn(extract.times, videoId)) {
      const what = `no times of frames are given for video ${videoId}`;
      problems.push(about(folder, what, 'Add them to the file that dataset.extract.times names'));
    }
  }
  const isListed = !references.every(isPlain);
  return { problems, missing, files: isListed ? Object.fromEntries(files) : null };
}

/** Looks for the file of every video, and opens none of them: a problem for each that is not there. */
export async function findMissing(
  folder: string,
  references: readonly VideoReference[],
): Promise<readonly Problem[]> {
  const root = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`The folder ${folder} cannot be read (${error.code}).`, { cause: error });
  });
  const found = await inParallel(references, lookupsAtOnce, (reference) =>
    locate(root, folder, reference),
  );
  return found.flatMap(({ problem }) =>
    problem === null ? [] : { ...problem, severity: 'excluded' },
  );
}

/** What is wrong with the file of each video, or with the part of it that is wanted. */
async function findFaults(
  root: string,
  found: readonly Located[],
  check: VideoCheck,
): Promise<(string | null)[]> {
  try {
    return await inParallel(found, probesAtOnce, async ({ media }) => {
      if (media === null || media.framesPerSecond !== undefined) return null;
      const { fault, durationSeconds } = await check.lookAt(join(root, media.file));
      const { startSeconds = 0 } = media.clip ?? {};
      if (fault !== null || durationSeconds === null || startSeconds <= durationSeconds)
        return fault;
      return `it ends after ${durationSeconds} s, before its clip begins at ${startSeconds} s`;
    });
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const message = `${error.message}. That says nothing about the file: try again.`;
    throw new EnvironmentError(message, { cause: error });
  } finally {
    await check.close();
  }
}

type Located =
  | { readonly media: MediaFile; readonly problem: null }
  | { readonly media: null; readonly problem: Problem };

const isPlain = ({ files, clip, framesPerSecond }: VideoReference): boolean =>
  files === undefined && clip === undefined && framesPerSecond === undefined;

async function locate(
  root: string,
  folder: string,
  { videoId, files, clip, framesPerSecond }: VideoReference,
): Promise<Located> {
  try {
    const find = framesPerSecond === undefined ? findVideo : findSequence;
    const path = await find(folder, videoId, files);
    const media = {
      file: relative(root, path).split(sep).join('/'),
      ...(clip !== undefined && { clip }),
      ...(framesPerSecond !== undefined && { framesPerSecond }),
    };
    return { media, problem: null };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const fix = 'Put the file there, or leave out its items (dataset.missingMedia)';
    return { media: null, problem: about(folder, error.message, fix) };
  }
}

const about = (file: string, what: string, fix: string): Problem =>
  problemAt(wholeFile(file), 'missing_media', { what, fix });
