import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item } from '../../domain/item.ts';
import type { DatasetSpec } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/step-error.ts';
import type { FrameFolders, FrameListing } from '../frames/frame-folder.ts';
import { pictureInfo } from '../frames/picture.ts';
import type { LoadedDataset } from './load-dataset.ts';
import type { Problem } from './problem.ts';
import { createWarningList, type WarningList } from './warning-list.ts';

/** What a video's `.pt` file holds. */
export type EmbeddingsReport = {
  /** Names of the frames it has embeddings for, with or without folders. */
  readonly names: readonly string[];
  /** What else is wrong with it, such as another dimension than the model's. */
  readonly complaints: readonly string[];
};

export type PreflightRequest = {
  readonly loaded: LoadedDataset;
  readonly dataset: Pick<DatasetSpec, 'frames' | 'embeddings' | 'buildMissing' | 'frameTime'>;
  readonly frames: FrameFolders;
  /** Reads the `.pt` file of one video; null when the strategy needs no embeddings. */
  readonly checkEmbeddings: ((videoId: string) => Promise<EmbeddingsReport>) | null;
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
  if (!(await isReadable(dataset.frames))) {
    const what = 'the frames folder is not there or cannot be read';
    const lost = problem(dataset.frames, what, 'Check dataset.frames (--frames-path)');
    return { problems: [...loaded.problems, lost], warnings: loaded.warnings };
  }
  const videoIds = [...new Set(loaded.items.flatMap((item) => item.videoIds))];
  const warnings = createWarningList();
  const problemsOfVideo: Problem[][] = [];
  const queue = videoIds.entries();
  const checkUntilEmpty = async (): Promise<void> => {
    for (const [position, videoId] of queue)
      problemsOfVideo[position] = await checkVideo(videoId, request, warnings);
  };
  await Promise.all(Array.from({ length: videosAtOnce }, checkUntilEmpty));
  return {
    problems: [...loaded.problems, ...problemsOfVideo.flat()],
    warnings: [
      ...loaded.warnings,
      ...warnings.lines(),
      ...warnOfTimes(loaded.items, dataset.frameTime),
    ],
  };
}

async function checkVideo(
  videoId: string,
  request: PreflightRequest,
  warnings: WarningList,
): Promise<Problem[]> {
  const folder = join(request.dataset.frames, videoId);
  try {
    const listing = await request.frames.list(videoId);
    noteOddities(videoId, listing, request.dataset.frameTime, warnings);
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
  { frames, dataset }: PreflightRequest,
): Promise<Problem[]> {
  try {
    await pictureInfo(await frames.read(videoId, name));
    return [];
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const file = join(dataset.frames, videoId, name);
    return [problem(file, error.message, 'Cut the frames of this video again')];
  }
}

async function checkEmbeddings(
  videoId: string,
  listing: FrameListing,
  { dataset, checkEmbeddings: check }: PreflightRequest,
): Promise<Problem[]> {
  if (dataset.embeddings === null || check === null) return [];
  const file = join(dataset.embeddings, `${videoId}.pt`);
  if (!(await isReadable(file))) {
    if (dataset.buildMissing) return [];
    const fix = 'Add the file, or set dataset.buildMissing (--build-missing) to embed the frames';
    return [problem(file, `the embeddings of video ${videoId} are not there`, fix)];
  }
  const { names, complaints } = await check(videoId);
  const known = new Set(listing.frames.map((frame) => frame.name));
  const strangers = names.map(baseName).filter((name) => !known.has(name));
  const found = complaints.map((what) =>
    problem(file, what, 'Make the file again with this model'),
  );
  if (strangers.length > 0) {
    const some = strangers.slice(0, 3).join(', ');
    const what = `${strangers.length} of its ${names.length} names have no frame (${some})`;
    found.push(problem(file, what, `Use the frames it was made from in ${dataset.frames}`));
  }
  return found;
}

function noteOddities(
  videoId: string,
  { frames, unmatched }: FrameListing,
  frameTime: DatasetSpec['frameTime'],
  warnings: WarningList,
): void {
  for (const { name, reason } of unmatched)
    warnings.add(`files that are not taken as frames, because ${reason}`, `${videoId}/${name}`);
  if (frameTime !== null && frames.some((frame) => frame.timeSeconds === null))
    warnings.add('videos with frames whose time is not in the file of frame times', videoId);
}

function warnOfTimes(items: readonly Item[], frameTime: DatasetSpec['frameTime']): string[] {
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
