import type { ShownFrame } from '../row.ts';

/** Numbers of frames as a person reads them, each with its video where they are of several. */
export function nameFrames(frames: readonly Pick<ShownFrame, 'video_id' | 'frame_id'>[]): string[] {
  const areOfOne = new Set(frames.map(({ video_id }) => video_id)).size <= 1;
  return frames.map(({ video_id, frame_id }) =>
    areOfOne ? String(frame_id) : `${video_id}/${frame_id}`,
  );
}
