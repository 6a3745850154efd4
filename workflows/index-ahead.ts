import type { ShardInput, VideoIndex } from '../domain/workflow-contract.ts';
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
    /** Starts preparing without waiting for it. */
    ahead: (videoId: string): void => void start(videoId),
    /** What a video's preparation comes to, or null where it needs none. */
    video: (videoId: string): Promise<VideoIndex | null> | null => start(videoId),
  };
}
