import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item } from '../../domain/item.ts';
import type { DatasetSpec } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/step-error.ts';
import { type FrameFolders, type FrameListing, openFrameFolders } from '../frames/frame-folder.ts';
import type { FrameTimeRule } from '../frames/frame-times.ts';
import { pictureInfo } from '../frames/picture.ts';
import { findVideoEmbeddings } from '../index-files/video-embeddings.ts';
import { checkVideoFiles } from './check-video-files.ts';
import type { LoadedDataset } from './load-dataset.ts';
import type { Problem } from './problem.ts';
import { createWarningList, type WarningList } from './warning-list.ts';

/** What a video's file of embeddings holds. */
export type EmbeddingsReport = {
  /** Names of the frames it has embeddings for, with or without folders. */
  readonly names: readonly string[];
  /** What else is wrong with it, such as another dimension than the model's. */
  readonly complaints: readonly string[];
};

export type PreflightRequest = {
  readonly loaded: LoadedDataset;
  readonly dataset: Pick<DatasetSpec, 'media' | 'embeddings' | 'buildMissing'>;
  /** Reads a file of frame embeddings; null when the strategy needs none. */
  readonly readEmbeddings: ((file: string) => Promise<EmbeddingsReport>) | null;
};

type FrameRequest = PreflightRequest & {
  readonly folder: string;
  readonly frames: FrameFolders;
  readonly frameTime: FrameTimeRule;
};

export type PreflightReport = {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
};

const videosAtOnce = 16;

/**
 * Checks everything a run needs from its dataset before anything is paid: records, ids, each
 * video's folder with one frame decoded from it, and its embeddings where they are given. All
 * problems are listed, in the order of the file.
 */
export async function preflightDataset(request: PreflightRequest): Promise<PreflightReport> {
  const { loaded, dataset } = request;
  const { media } = dataset;
  const isThere = await isReadable(media.folder);
  if (!isThere)
    return { problems: [...loaded.problems, lostFolder(media)], warnings: loaded.warnings };
  const videoIds = [...new Set(loaded.items.flatMap((item) => item.videoIds))];
  if (media.kind === 'videos') {
    const problems = await checkVideoFiles(media, videoIds);
    return { problems: [...loaded.problems, ...problems], warnings: loaded.warnings };
  }
  const { folder, frameTime } = media;
  const frames = openFrameFolders({ root: folder, frameTime });
  const warnings = createWarningList();
  const problemsOfVideo: Problem[][] = [];
  const queue = videoIds.entries();
  const checkUntilEmpty = async (): Promise<void> => {
    for (const [position, videoId] of queue) {
      const about = { ...request, folder, frames, frameTime };
      problemsOfVideo[position] = await checkVideo(videoId, about, warnings);
    }
  };
  await Promise.all(Array.from({ length: videosAtOnce }, checkUntilEmpty));
  return {
    problems: [...loaded.problems, ...problemsOfVideo.flat()],
    warnings: [...loaded.warnings, ...warnings.lines(), ...warnOfTimes(loaded.items, frameTime)],
  };
}

function lostFolder({ kind, folder }: DatasetSpec['media']): Problem {
  const flag = kind === 'frames' ? ' (--frames-path)' : '';
  const what = `the ${kind} folder is not there or cannot be read`;
  return problem(folder, what, `Check dataset.${kind}${flag}`);
}

async function checkVideo(
  videoId: string,
  request: FrameRequest,
  warnings: WarningList,
): Promise<Problem[]> {
  const folder = join(request.folder, videoId);
  try {
    const listing = await request.frames.list(videoId);
    noteOddities(videoId, listing, request.frameTime, warnings);
    const [first] = listing.frames;
    const unreadable = first === undefined ? [] : await checkFrame(first.name, videoId, request);
    return [...unreadable, ...(await checkEmbeddings(videoId, listing, request))];
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return [
      problem(folder, error.message, `Put its frames into ${folder}, or leave out its items`),
    ];
  }
}

async function checkFrame(
  name: string,
  videoId: string,
  { frames, folder }: FrameRequest,
): Promise<Problem[]> {
  try {
    await pictureInfo(await frames.read(videoId, name));
    return [];
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const file = join(folder, videoId, name);
    return [problem(file, error.message, 'Cut the frames of this video again')];
  }
}

async function checkEmbeddings(
  videoId: string,
  listing: FrameListing,
  { dataset, folder, readEmbeddings }: FrameRequest,
): Promise<Problem[]> {
  if (dataset.embeddings === null || readEmbeddings === null) return [];
  const file = await findVideoEmbeddings(dataset.embeddings, videoId);
  if (file === null) {
    if (dataset.buildMissing) return [];
    const expected = join(dataset.embeddings, `${videoId}.pt`);
    const fix = 'Add the file, or set dataset.buildMissing (--build-missing) to embed the frames';
    return [problem(expected, `the embeddings of video ${videoId} are not there`, fix)];
  }
  const { names, complaints } = await readEmbeddings(file);
  const known = new Set(listing.frames.map((frame) => frame.name));
  const strangers = names.map(baseName).filter((name) => !known.has(name));
  const found = complaints.map((what) =>
    problem(file, what, 'Make the file again with this model'),
  );
  if (strangers.length > 0) {
    const some = strangers.slice(0, 3).join(', ');
    const what = `${strangers.length} of its ${names.length} names have no frame (${some})`;
    found.push(problem(file, what, `Use the frames it was made from in ${folder}`));
  }
  return found;
}

function noteOddities(
  videoId: string,
  { frames, unmatched }: FrameListing,
  frameTime: FrameTimeRule,
  warnings: WarningList,
): void {
  for (const { name, reason } of unmatched)
    warnings.add(`files that are not taken as frames, because ${reason}`, `${videoId}/${name}`);
  if (frameTime !== null && frames.some((frame) => frame.timeSeconds === null))
    warnings.add('videos with frames whose time is not in the file of frame times', videoId);
}

function warnOfTimes(items: readonly Item[], frameTime: FrameTimeRule): string[] {
  if (frameTime !== null) return [];
  const spans = items.filter((item) => item.goldSpans.length > 0).length;
  const lost = spans === 0 ? '' : `; ${spans} items have an annotated time that cannot be used`;
  return [
    `frame times are unknown, so time_s and hit rates will be null${lost}. Set dataset.frameTime if you know them`,
  ];
}

const baseName = (name: string): string => name.split(/[/\\]/).at(-1) ?? name;

const problem = (file: string, what: string, fix: string): Problem => ({
  file,
  line: null,
  record: null,
  what,
  fix,
});

async function isReadable(file: string): Promise<boolean> {
  try {
    await access(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
