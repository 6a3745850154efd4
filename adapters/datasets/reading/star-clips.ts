import type { TimeSpan } from '../../../domain/item.ts';
import type { VideoReference } from '../format.ts';
import { clipOf } from './clip.ts';

/** A clip of a Charades video, as STAR asks about it. */
export const starVideo = (video: string, clip: TimeSpan): VideoReference =>
  clipOf(video, clip, [`Charades_v1_480/${video}`, video]);

/**
 * Reads IG-VLM's name of such a clip, `<video>_<start>_<end>` in seconds. The bounds are sums of
 * binary fractions, as in `38.425000000000004`: what follows the last dot is no extension.
 *
 * @returns null for any other name
 */
export function readStarVideo(name: string): VideoReference | null {
  const [, video, start, end] = /^([A-Z0-9]{5})_(\d+(?:\.\d+)?)_(\d+(?:\.\d+)?)$/.exec(name) ?? [];
  if (video === undefined) return null;
  return starVideo(video, { startSeconds: Number(start), endSeconds: Number(end) });
}

/** STAR reports its four types: `Interaction_T1` is the first template of the type Interaction. */
export const starCategories = (template: string): Record<string, readonly string[]> => ({
  type: [template.split('_')[0] ?? template],
  template: [template],
});
