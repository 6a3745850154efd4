import type { ShardInput, SliceItem, VideoIndex } from '../domain/workflow-contract.ts';
import { needsPreparing, prepareVideo } from './prepare-video.ts';

/**
 * Has each video of a shard cut and indexed once. A video that cannot be prepared becomes the
 * failure of its items, before any of them pays for a call.
 */
export function indexAhead(input: ShardInput) {
  const indexes = new Map<string, Promise<VideoIndex | null>>();

  const start = (videoId: string): Promise<VideoIndex | null> | null => {
    if (!needsPreparing(input)) return null;
    const known = indexes.get(videoId);
    if (known !== undefined) return known;
    const index = prepareVideo(input, videoId);
    index.catch(() => undefined);
    indexes.set(videoId, index);
    return index;
  };
  return {
    /** Starts preparing an item's videos without waiting for them. */
    ahead({ videoId, otherVideoIds = [] }: SliceItem): void {
      for (const each of [videoId, ...otherVideoIds]) void start(each);
    },
    /** What the preparation of an item's videos comes to, or null where they need none. */
    of({ videoId, otherVideoIds }: SliceItem): Promise<VideoIndex | null> | null {
      const first = start(videoId);
      if (first === null || otherVideoIds === undefined) return first;
      const others = otherVideoIds.map((each) => start(each) ?? Promise.resolve(null));
      return joined([first, ...others]);
    },
  };
}

/** The indexes of several videos as one: whatever went wrong with any of them is the failure of all. */
async function joined(indexes: readonly Promise<VideoIndex | null>[]): Promise<VideoIndex | null> {
  const [first = null, ...others] = await Promise.all(indexes);
  const failed = [first, ...others].find((index) => index !== null && index.failure !== null);
  if (failed !== undefined) return failed;
  if (first === null || first.failure !== null) return null;
  return { ...first, more: others.flatMap((index) => index?.artifact ?? []) };
}
