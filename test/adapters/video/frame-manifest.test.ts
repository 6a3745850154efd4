import { describe, expect, it } from 'vitest';
import { readManifest, writeManifest } from '../../../adapters/video/frame-manifest.ts';

const sha256 = 'a'.repeat(64);
const frames = [
  { name: 'frame_000000.jpg', time_s: -0.04, sha256 },
  { name: 'frame_000001.jpg', time_s: 1.466667, sha256 },
];

describe('a frame manifest', () => {
  it('reads back as it was written', () => {
    expect(readManifest(writeManifest(frames))).toEqual({ frames });
  });

  it('has the same bytes whatever order the fields come in', () => {
    const turned = frames.map(({ name, time_s, sha256: hash }) => ({ sha256: hash, time_s, name }));

    expect(writeManifest(turned)).toEqual(writeManifest(frames));
    expect(new TextDecoder().decode(writeManifest(frames.slice(0, 1)))).toBe(
      `{"frames":[{"name":"frame_000000.jpg","time_s":-0.04,"sha256":"${sha256}"}]}`,
    );
  });

  it.each([
    'no JSON',
    '{}',
    '{"frames":[{"name":"../frame_000000.jpg","time_s":0,"sha256":"x"}]}',
    JSON.stringify({ frames: frames.toReversed() }),
    JSON.stringify({ frames: [{ ...frames[0], time_s: null }] }),
    JSON.stringify({ frames: [{ ...frames[0], sha256: 'A'.repeat(64) }] }),
    JSON.stringify({ frames, more: 1 }),
  ])('refuses %s', (text) => {
    expect(() => readManifest(new TextEncoder().encode(text))).toThrow('list of frames is damaged');
  });

  it('is not written with frames out of order', () => {
    expect(() => writeManifest(frames.toReversed())).toThrow('ascend');
  });
});
