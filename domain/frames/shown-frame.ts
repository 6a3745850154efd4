import type { Frame } from '../item.ts';
import type { ShownFrame } from '../row.ts';

/** A whole frame as the answer call sees it. */
export function shownFrame(frame: Frame): ShownFrame {
  return {
    video_id: frame.videoId,
    frame_id: frame.frameId,
    time_s: frame.timeSeconds,
    box: null,
    tile: null,
  };
}
