import type { Item } from './item.ts';
import type { RunItem } from './stores/run-store.ts';
import { workflowKey } from './workflow-key.ts';

/**
 * Puts a dataset's items in the order of work: videos in the order of the file, all items of one
 * video together (by their first video), so that a video is indexed once and used while it is warm.
 */
export function orderItems(items: readonly Item[]): RunItem[] {
  const byVideo = new Map<string, { item: Item; ordinal: number }[]>();
  for (const [ordinal, item] of items.entries()) {
    const videoId = item.videoIds[0]!;
    const ofVideo = byVideo.get(videoId) ?? [];
    ofVideo.push({ item, ordinal });
    byVideo.set(videoId, ofVideo);
  }
  return [...byVideo.entries()]
    .flatMap(([videoId, ofVideo]) => ofVideo.map((entry) => ({ ...entry, videoId })))
    .map(({ item, ordinal, videoId }, position) => ({
      position,
      ordinal,
      itemId: item.itemId,
      sample: 0,
      workflowKey: workflowKey(item.itemId, 0),
      videoId,
      ...(item.videoIds.length > 1 && { otherVideoIds: item.videoIds.slice(1) }),
    }));
}
