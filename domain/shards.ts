/** A stretch of the run's positions, `from` inclusive, `to` exclusive, that one shard workflow works off. */
export type ShardRange = { readonly from: number; readonly to: number; readonly items: number };

/** One video of a drive: the positions of its items and how many of them are unfinished. */
export type VideoRange = { readonly from: number; readonly to: number; readonly items: number };

/**
 * Cuts a drive into shards at video borders. A shard is full when its items plus its videos to
 * index would exceed `limit`; a video with more items than that is split.
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
  for (const part of videos.flatMap((video) => splitVideo(video, limit - 1))) {
    if (open !== null && load + part.items + 1 > limit) {
      shards.push(open);
      open = null;
      load = 0;
    }
    open = { from: open?.from ?? part.from, to: part.to, items: (open?.items ?? 0) + part.items };
    load += part.items + 1;
  }
  return open === null ? shards : [...shards, open];
}

function splitVideo(video: VideoRange, mostItems: number): VideoRange[] {
  if (video.items <= mostItems) return [video];
  const parts: VideoRange[] = [];
  for (let from = video.from; from < video.to; from += mostItems) {
    const to = Math.min(from + mostItems, video.to);
    parts.push({ from, to, items: to - from });
  }
  return parts;
}
