import { describe, expect, it } from 'vitest';
import {
  clipTimeline,
  extractTargets,
  type FrameTimeline,
} from '../../../domain/frames/extract-targets.ts';

const toleranceSeconds = 1e-6;
const steady = (frames: number, rate: number, first = 0): FrameTimeline => ({
  startTimes: Array.from({ length: frames }, (_, index) => first + index / rate),
  endSeconds: first + frames / rate,
  toleranceSeconds,
});
/** Ten frames in the first second, then one that stays for nine. */
const uneven: FrameTimeline = {
  startTimes: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  endSeconds: 10,
  toleranceSeconds,
};
const indexes = (...given: Parameters<typeof extractTargets>) => extractTargets(...given).indexes;

describe('extractTargets, per second', () => {
  it('takes the frame on screen at every k / r seconds', () => {
    expect(indexes({ perSecond: 1 }, steady(75, 25))).toEqual([0, 25, 50]);
    expect(indexes({ perSecond: 2 }, steady(30, 15))).toEqual([0, 7, 15, 22]);
  });

  it('counts from the first frame, wherever its time begins', () => {
    expect(indexes({ perSecond: 1 }, steady(75, 25, 1.4))).toEqual([0, 25, 50]);
    expect(indexes({ perSecond: 1 }, steady(75, 25, -3))).toEqual([0, 25, 50]);
  });

  it('gives each frame once at its own rate and above', () => {
    for (const rate of [23.976, 25, 29.97, 30, 60])
      for (const factor of [1, 1.5, 40])
        expect(indexes({ perSecond: rate * factor }, steady(200, rate))).toHaveLength(200);
  });

  it('does not take the frame before where the file rounds times to its clock', () => {
    const startTimes = Array.from({ length: 90 }, (_, i) => Math.round((i * 1000) / 30) / 1000);
    const rounded = { startTimes, endSeconds: 3, toleranceSeconds: 0.0005 };

    expect(indexes({ perSecond: 30 }, rounded)).toHaveLength(90);
    expect(indexes({ perSecond: 3 }, rounded)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80]);
  });

  it('goes by time where frames are unevenly spaced', () => {
    expect(indexes({ perSecond: 1 }, uneven)).toEqual([0, 10]);
    expect(indexes({ perSecond: 5 }, uneven)).toEqual([0, 2, 4, 6, 8, 10]);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a rate of %d', (perSecond) => {
    expect(() => extractTargets({ perSecond }, uneven)).toThrow(RangeError);
  });
});

describe('extractTargets, by count', () => {
  it('takes the middles of equal stretches', () => {
    expect(indexes({ count: 4 }, steady(80, 25))).toEqual([10, 30, 50, 70]);
    expect(indexes({ count: 1 }, steady(80, 25))).toEqual([40]);
  });

  it('gives all there are where fewer exist', () => {
    expect(indexes({ count: 8 }, steady(5, 25))).toEqual([0, 1, 2, 3, 4]);
  });

  it('gives as many as asked for where several middles fall on one frame', () => {
    expect(indexes({ count: 4 }, uneven)).toEqual([7, 8, 9, 10]);
    expect(indexes({ count: 2 }, uneven)).toEqual([9, 10]);
  });

  it('gives min(count, frames) distinct frames in order, for every size', () => {
    for (let total = 1; total <= 30; total += 1)
      for (let count = 1; count <= 35; count += 1) {
        const taken = indexes({ count }, steady(total, 7, 0.3));
        expect(taken).toHaveLength(Math.min(total, count));
        expect(taken.every((index, i) => index < total && index > (taken[i - 1] ?? -1))).toBe(true);
      }
  });

  it.each([0, -1, 2.5])('refuses a count of %d', (count) => {
    expect(() => extractTargets({ count }, uneven)).toThrow(RangeError);
  });
});

describe('extractTargets, at times', () => {
  it('takes the frame on screen at each, once, in time order', () => {
    expect(indexes({ times: [5, 0.25, 0.29, 9.99, 10] }, uneven)).toEqual([2, 10]);
  });

  it('tells the times at which the video shows nothing', () => {
    const { timesOutside } = extractTargets({ times: [-1, 0, 10.5, Number.NaN] }, uneven);

    expect(timesOutside).toEqual([-1, 10.5, Number.NaN]);
  });
});

describe('extractTargets', () => {
  it('finds nothing in a video without frames', () => {
    const empty = { startTimes: [], endSeconds: 0, toleranceSeconds };

    expect(indexes({ count: 3 }, empty)).toEqual([]);
  });
});

describe('clipTimeline', () => {
  const clip = (startSeconds: number, endSeconds: number, timeline = steady(100, 10)) => {
    const part = clipTimeline(timeline, { startSeconds, endSeconds });
    return part === null ? null : { first: part.firstIndex, ...part.timeline };
  };

  it('begins with the frame on screen and ends with the last one that begins in time', () => {
    const part = clip(2.05, 3.05);

    expect(part?.first).toBe(20);
    expect(part?.startTimes).toHaveLength(11);
    expect(part?.endSeconds).toBeCloseTo(3.05);
  });

  it('keeps the times of the whole, so that a share of the part is a share of the clip', () => {
    const { timeline, firstIndex } = clipTimeline(steady(100, 10), {
      startSeconds: 4,
      endSeconds: 6,
    })!;

    const taken = indexes({ count: 4 }, timeline).map((index) => index + firstIndex);
    expect(taken).toEqual([42, 47, 52, 57]);
  });

  it('takes what there is of a clip that ends after the video, and nothing of one that begins after it', () => {
    expect(clip(9, 60)).toMatchObject({ first: 90, endSeconds: 10 });
    expect(clip(10.5, 60)).toBeNull();
  });

  it('counts from the first frame, whose time in a transport stream is not 0', () => {
    const part = clip(0, 1, steady(100, 10, 1.467));

    expect(part?.first).toBe(0);
    expect(part?.startTimes).toHaveLength(11);
    expect(part?.startTimes[0]).toBe(1.467);
    expect(clip(9.5, 60, steady(100, 10, 1.467))).toMatchObject({ first: 95 });
  });

  it('takes the one frame on screen in a clip of no length', () => {
    expect(clip(3, 3)?.startTimes).toHaveLength(1);
    expect(clip(5, 8, uneven)).toMatchObject({ first: 10, startTimes: [1] });
  });
});
