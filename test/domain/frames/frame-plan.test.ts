import { describe, expect, it } from 'vitest';
import { planFrames, type PlannedVideo } from '../../../domain/frames/frame-plan.ts';

const video = (frames: number, keyframeEvery: number, restartCostFrames = 0): PlannedVideo => ({
  isKeyframe: Array.from({ length: frames }, (_, index) => index % keyframeEvery === 0),
  restartCostFrames,
  canSeek: true,
});

describe('planFrames', () => {
  it('seeks to the keyframe before each target where that saves decoding', () => {
    const plan = planFrames([105, 502, 910], video(1000, 100));

    expect(plan).toEqual({
      passes: [
        { startIndex: 100, targets: [105] },
        { startIndex: 500, targets: [502] },
        { startIndex: 900, targets: [910] },
      ],
      decodedFrames: 6 + 3 + 11,
      sequentialFrames: 911,
    });
  });

  it('reaches several targets of one group of pictures in one pass', () => {
    const { passes, decodedFrames } = planFrames([110, 140, 810], video(1000, 100));

    expect(passes).toEqual([
      { startIndex: 100, targets: [110, 140] },
      { startIndex: 800, targets: [810] },
    ]);
    expect(decodedFrames).toBe(41 + 11);
  });

  it('goes on into the next group where starting again would cost more than the rest of this one', () => {
    const { passes } = planFrames([95, 103], video(1000, 100, 20));

    expect(passes).toEqual([{ startIndex: 0, targets: [95, 103] }]);
  });

  it('decodes from the start once seeking would cost more than 60 % of that', () => {
    const every16 = Array.from({ length: 16 }, (_, i) => Math.floor(((i + 0.5) * 1800) / 16));

    expect(planFrames(every16, video(1800, 250)).passes).toHaveLength(1);
    expect(planFrames(every16, video(1800, 48)).passes).toHaveLength(16);
  });

  it('counts restarts in that comparison', () => {
    const targets = [5, 105, 205, 305, 405];

    expect(planFrames(targets, video(500, 100)).passes).toHaveLength(5);
    expect(planFrames(targets, video(500, 100, 80)).passes).toHaveLength(5);
    expect(planFrames(targets, video(500, 100, 90)).passes).toHaveLength(1);
  });

  it('never seeks in a video that does not allow it', () => {
    const { passes } = planFrames([950], { ...video(1000, 100), canSeek: false });

    expect(passes).toEqual([{ startIndex: 0, targets: [950] }]);
  });

  it('starts at the first frame even where that is no keyframe', () => {
    const isKeyframe = Array.from({ length: 100 }, () => false);

    const { passes } = planFrames([50], { isKeyframe, restartCostFrames: 0, canSeek: true });

    expect(passes).toEqual([{ startIndex: 0, targets: [50] }]);
  });

  it('plans nothing for no target', () => {
    expect(planFrames([], video(10, 5)).passes).toEqual([]);
  });

  it('holds every target once, forward only, and never plans more than one pass would cost', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = randomFrom(seed);
      const total = 1 + Math.floor(random() * 400);
      const isKeyframe = Array.from({ length: total }, (_, i) => i === 0 || random() < 0.05);
      const targets = Array.from({ length: total }, (_, i) => i).filter(() => random() < 0.04);

      const plan = planFrames(targets, { isKeyframe, restartCostFrames: 5, canSeek: true });

      expect(plan.passes.flatMap((pass) => pass.targets)).toEqual(targets);
      expect(plan.decodedFrames).toBeLessThanOrEqual(plan.sequentialFrames);
      plan.passes.forEach(({ startIndex, targets: own }, index) => {
        const before = plan.passes[index - 1]?.targets.at(-1) ?? -1;
        expect(startIndex).toBeGreaterThan(before);
        expect(own[0]).toBeGreaterThanOrEqual(startIndex);
        expect(isKeyframe[startIndex]).toBe(true);
      });
    }
  });
});

/** Numbers in [0, 1) that are the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
