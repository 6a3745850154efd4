import { expect, it } from 'vitest';
import { nameFrames } from '../../../domain/frames/name-frames.ts';

const frame = (video_id: string, frame_id: number) => ({ video_id, frame_id });

it('names frames by their numbers, and those of several videos with their video', () => {
  expect(nameFrames([frame('a', 3), frame('a', 12)])).toEqual(['3', '12']);
  expect(nameFrames([frame('a', 3), frame('b', 3)])).toEqual(['a/3', 'b/3']);
  expect(nameFrames([])).toEqual([]);
});
