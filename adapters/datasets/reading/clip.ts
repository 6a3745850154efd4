import type { TimeSpan } from '../../../domain/item.ts';
import type { VideoReference } from '../format.ts';

/** Part of a video. Its id carries the bounds, so that two clips of one file are two videos. */
export function clipOf(
  name: string,
  clip: TimeSpan,
  files: readonly string[],
): VideoReference & { readonly clip: TimeSpan } {
  return { videoId: `${name}_${clip.startSeconds}_${clip.endSeconds}`, files, clip };
}
