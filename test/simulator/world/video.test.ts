import { describe, expect, it } from 'vitest';
import { eventsPerVideo, framesPerVideo, planVideo } from '../../../simulator/world/video.ts';

const videos = Array.from({ length: 200 }, (_, number) => planVideo(`video/${number}`));

describe('planVideo', () => {
  it('plans the same video for the same seed and another for another', () => {
    expect(planVideo('video/3')).toEqual(videos[3]);
    expect(planVideo('video/3')).not.toEqual(videos[4]);
  });

  it('gives every object of a video its own shape and its own colour', () => {
    for (const video of videos) {
      const objects = video.events.flatMap(({ actor, joining }) =>
        joining === null ? [actor.object] : [actor.object, joining.object],
      );
      expect(new Set(objects.map(({ shape }) => shape)).size).toBe(objects.length);
      expect(new Set(objects.map(({ colour }) => colour)).size).toBe(objects.length);
    }
  });

  it('keeps every event inside its own slot, with frames before it and after it', () => {
    const slot = framesPerVideo / eventsPerVideo;
    for (const video of videos) {
      video.events.forEach((event, index) => {
        expect(event.startFrame).toBeGreaterThan(index * slot);
        expect(event.endFrame).toBeLessThanOrEqual((index + 1) * slot);
        expect(event.joinFrame ?? event.startFrame + 1).toBeGreaterThan(event.startFrame);
        expect(event.endFrame - (event.joinFrame ?? event.startFrame)).toBeGreaterThanOrEqual(3);
      });
    }
  });

  it('hides most events from eight uniform frames', () => {
    const uniform = Array.from({ length: 8 }, (_, index) =>
      Math.floor((index * framesPerVideo) / 8),
    );
    const events = videos.flatMap((video) => video.events);
    const seen = events.filter((event) =>
      uniform.some(
        (frame) => frame >= (event.joinFrame ?? event.startFrame) && frame < event.endFrame,
      ),
    );
    expect(seen.length / events.length).toBeLessThan(0.3);
  });
});
