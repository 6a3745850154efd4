import { splitFrameBudget } from '../domain/prompts/frame-budget.ts';
import type { Frame, Item } from '../domain/item.ts';
import type { RunSpec } from '../domain/run-spec.ts';
import { sampleIndexes } from '../domain/frames/sampling.ts';
import type { FramePicture, FrameReader } from './run-reader.ts';

/** Evenly spaced frames of each of an item's videos, in its order; the budget is split over them. */
export async function sampleVideos(
  spec: RunSpec,
  { videoIds }: Pick<Item, 'videoIds'>,
  frames: FrameReader,
  budget: number,
): Promise<Frame[][]> {
  const videos = await Promise.all(videoIds.map((videoId) => frames.list(spec, videoId)));
  const counts = videos.map((all) => all.length);
  const shares = splitFrameBudget(budget, counts);
  return videos.map((all, video) =>
    sampleIndexes(spec.strategy.sampling, all.length, shares[video]!).map((index) => all[index]!),
  );
}

/** A frame with its picture, as it is sent. */
export type PicturedFrame = Frame & FramePicture;

/** The frames of each video with their pictures. */
export function withPictures(
  spec: RunSpec,
  frames: FrameReader,
  videos: readonly (readonly Frame[])[],
): Promise<PicturedFrame[][]> {
  const pictured = async (frame: Frame) => ({ ...frame, ...(await frames.picture(spec, frame)) });
  return Promise.all(videos.map((shown) => Promise.all(shown.map(pictured))));
}
