/** A stretch of the run's positions, `from` inclusive, `to` exclusive, that one shard workflow works off. */
export type ShardRange = { readonly from: number; readonly to: number; readonly items: number };

/** One video of a drive: the positions of its items and how many of them are unfinished. */
export type VideoRange = {
  readonly from: number;
  readonly to: number;
  readonly items: number;
  /** Videos that these items are about beside it. @default 0 */
  readonly otherVideos?: number;
};

/**
 * Cuts a drive into shards at video borders. A shard is full when its items plus its videos to
 * index would exceed `limit`; a video with more items than that is split. Other videos of its items
 * count as if they were spread evenly over them.
 *
 * @param videos  in position order
 * @param limit  at least 2 (one item and its video)
 */
export function cutShards(videos: readonly VideoRange[], limit: number): ShardRange[] {
  if (limit < 2)
    throw new RangeError(`limit is ${limit}; a shard holds at least one item and its video`);
  const shards: ShardRange[] = [];
  let open = null as ShardRange | null;
  let load = 0;
  for (const part of videos.flatMap((video) => splitVideo(video, limit))) {
    const added = loadOf(part);
    if (open !== null && load + added > limit) {
      shards.push(open);
      open = null;
      load = 0;
    }
    open = { from: open?.from ?? part.from, to: part.to, items: (open?.items ?? 0) + part.items };
    load += added;
  }
  return open === null ? shards : [...shards, open];
}

function loadOf({ items, otherVideos = 0 }: VideoRange): number {
  return items + 1 + otherVideos;
}

function splitVideo(video: VideoRange, limit: number): VideoRange[] {
  if (loadOf(video) <= limit) return [video];
  const othersPerItem = (video.otherVideos ?? 0) / video.items;
  const mostItems = Math.max(1, Math.floor((limit - 1) / (1 + othersPerItem)));
  const parts: VideoRange[] = [];
  for (let from = video.from; from < video.to; from += mostItems) {
    const to = Math.min(from + mostItems, video.to);
    const items = to - from;
    parts.push({ from, to, items, otherVideos: Math.ceil(items * othersPerItem) });
  }
  return parts;
}
