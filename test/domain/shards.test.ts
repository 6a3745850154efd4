import { describe, expect, it } from 'vitest';
import { cutShards } from '../../domain/shards.ts';

const video = (from: number, to: number) => ({ from, to, items: to - from });

describe('cutShards', () => {
  it('counts items and their videos, and cuts at video borders', () => {
    const shards = cutShards([video(0, 3), video(3, 6), video(6, 9)], 8);

    expect(shards).toEqual([
      { from: 0, to: 6, items: 6 },
      { from: 6, to: 9, items: 3 },
    ]);
  });

  it('splits a video that is larger than a shard', () => {
    const shards = cutShards([video(0, 5)], 3);

    expect(shards.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
  });

  it('covers every position exactly once for any sizes', () => {
    const videos = Array.from({ length: 200 }, (_, n) => video(n * 7, n * 7 + 7));

    for (const limit of [2, 3, 10, 64, 1000]) {
      const shards = cutShards(videos, limit);
      expect(shards[0]?.from).toBe(0);
      expect(shards.at(-1)?.to).toBe(1400);
      for (const [index, shard] of shards.entries()) {
        if (index > 0) expect(shard.from).toBe(shards[index - 1]?.to);
        expect(shard.items).toBeLessThan(limit);
      }
    }
  });

  it('counts the other videos of the items, which are prepared beside the first', () => {
    const several = (from: number, to: number, otherVideos: number) => ({
      ...video(from, to),
      otherVideos,
    });

    expect(cutShards([several(0, 3, 3), several(3, 6, 0)], 8).length).toBe(2);
    expect(cutShards([several(0, 3, 0), several(3, 6, 0)], 8).length).toBe(1);
    const split = cutShards([several(0, 10, 10)], 9);
    expect(split.map(({ from, to }) => to - from)).toEqual([4, 4, 2]);
  });

  it('gives no shard for an empty drive', () => {
    expect(cutShards([], 1000)).toEqual([]);
  });
});

it('cuts 100,000 items of as many videos into a list that fits a payload of 32 KB', () => {
  const videos = Array.from({ length: 100_000 }, (_, n) => ({ from: n, to: n + 1, items: 1 }));

  const shards = cutShards(videos, 1000);

  expect(shards.reduce((sum, { items }) => sum + items, 0)).toBe(100_000);
  expect(JSON.stringify(shards).length).toBeLessThan(32 * 1024);
});
