import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Item } from '../../domain/item.ts';
import type { MediaFiles } from '../../domain/frames/media-files.ts';
import type { DatasetSpec, MediaFolder } from '../../domain/run-spec.ts';
import { StepError } from '../../domain/errors/step-error.ts';
import { type FrameFolders, type FrameListing, openFrameFolders } from '../frames/frame-folder.ts';
import type { FrameTimeRule } from '../frames/frame-times.ts';
import { pictureInfo } from '../frames/picture.ts';
import { findVideoEmbeddings } from '../index-files/video-embeddings.ts';
import { inParallel } from './in-parallel.ts';
import type { LoadedDataset } from './load-dataset.ts';
import { locateVideos } from './locate-videos.ts';
import { type Problem, problemAt, wholeFile } from './problem.ts';
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
  readonly dataset: Pick<DatasetSpec, 'media' | 'embeddings' | 'buildMissing' | 'leavesOutMissing'>;
  /** File that remembers which videos were found good. */
  readonly checkedVideos: string;
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
  /** Those of the loaded items that a run takes. */
  readonly items: readonly Item[];
  /** Where the videos lie; null where every file is called by its video's id. */
  readonly files: MediaFiles | null;
};

/** What was found out about the videos of a data set. */
type MediaCheck = {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Ids of the videos that are not there, with what to tell about each. */
  readonly missing: ReadonlyMap<string, Problem>;
  readonly files: MediaFiles | null;
};

const videosAtOnce = 16;

/**
 * Checks everything a run needs from its dataset before anything is paid: records, ids, each
 * video's file, or its folder with one frame decoded from it, and its embeddings where they are
 * given. All problems are listed, in the order of the file.
 */
export async function preflightDataset(request: PreflightRequest): Promise<PreflightReport> {
  const { loaded, dataset } = request;
  const { items, problems, warnings } = loaded;
  const nothing = { items, files: null, warnings };
  const { media } = dataset;
  if (media.kind === 'none') return { ...nothing, problems };
  if (!(await isReadable(media.folder)))
    return { ...nothing, problems: [...problems, lostFolder(media)] };
  const check =
    media.kind === 'videos'
      ? {
          ...(await locateVideos(media, [...loaded.videos.values()], request.checkedVideos)),
          warnings: [],
        }
      : await checkFolders(request, media);
  const found = [...problems, ...check.problems];
  const report = { files: check.files, warnings: [...warnings, ...check.warnings] };
  if (dataset.leavesOutMissing !== true || check.missing.size === 0)
    return { ...report, items, problems: [...found, ...check.missing.values()] };
  const left = items.filter(({ videoIds }) => !videoIds.some((id) => check.missing.has(id)));
  if (left.length === 0 && items.length > 0) {
    const what = `none of its ${items.length} items has its video there`;
    found.push(problem(media.folder, what, `Check dataset.${media.kind}`));
  }
  const lost = listLost(check.missing, items.length - left.length);
  return { ...report, items: left, problems: found, warnings: [...report.warnings, lost] };
}

/** Who leaves out what is missing wants to know what that is, and not how to leave it out. */
const shownLost = 20;

function listLost(missing: ReadonlyMap<string, Problem>, items: number): string {
  const shown = [...missing.values()].slice(0, shownLost);
  const more = missing.size - shown.length;
  return [
    `missing_media: ${missing.size} videos are not there, ${items} items are left out. Put these there to ask them:`,
    ...shown.map(({ file, what }) => `  ${file}: ${what}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

async function checkFolders(
  request: PreflightRequest,
  { folder, frameTime }: Extract<DatasetSpec['media'], { kind: 'frames' }>,
): Promise<MediaCheck> {
  const { loaded } = request;
  const frames = openFrameFolders({ root: folder, frameTime });
  const warnings = createWarningList();
  const videoIds = [...loaded.videos.keys()];
  const about = { ...request, folder, frames, frameTime };
  const found = await inParallel(videoIds, videosAtOnce, (videoId) =>
    checkVideo(videoId, about, warnings),
  );
  return {
    problems: found.flatMap(({ problems }) => problems),
    missing: new Map(
      videoIds.flatMap((videoId, position) => {
        const { missing } = found[position]!;
        return missing === null ? [] : [[videoId, missing]];
      }),
    ),
    warnings: [...warnings.lines(), ...warnOfTimes(loaded.items, frameTime)],
    files: null,
  };
}

type VideoCheck = { readonly missing: Problem | null; readonly problems: readonly Problem[] };

function lostFolder({ kind, folder }: MediaFolder): Problem {
  const flag = kind === 'frames' ? ' (--frames-path)' : '';
  const what = `the ${kind} folder is not there or cannot be read`;
  return problem(folder, what, `Check dataset.${kind}${flag}`);
}

async function checkVideo(
  videoId: string,
  request: FrameRequest,
  warnings: WarningList,
): Promise<VideoCheck> {
  const folder = join(request.folder, videoId);
  try {
    const listing = await request.frames.list(videoId);
    noteOddities(videoId, listing, request.frameTime, warnings);
    const [first] = listing.frames;
    const unreadable = first === undefined ? [] : await checkFrame(first.name, videoId, request);
    const unknown = await checkEmbeddings(videoId, listing, request);
    return { missing: null, problems: [...unreadable, ...unknown] };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const fix = `Put its frames into ${folder}, or leave out its items (dataset.missingMedia)`;
    return { missing: problem(folder, error.message, fix), problems: [] };
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

const problem = (file: string, what: string, fix: string): Problem =>
  problemAt(wholeFile(file), 'missing_media', { what, fix });

async function isReadable(file: string): Promise<boolean> {
  try {
    await access(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
