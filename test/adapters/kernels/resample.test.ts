import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resample, type RgbPixels } from '../../../adapters/kernels/resample.ts';
import type { ResampleKernel } from '../../../adapters/kernels/resample-windows.ts';

const goldens = new URL('../../fixtures/preprocessing/goldens.json', import.meta.url);
const { shapes } = JSON.parse(readFileSync(goldens, 'utf8')) as {
  shapes: { source: number[]; size: number[]; kernel: ResampleKernel; sha256: string }[];
};

describe('resampling', () => {
  it.each(shapes)('gives the bytes of Pillow: $source to $size, $kernel', (shape) => {
    const [width, height] = shape.size as [number, number];
    const source = noise(shape.source[0]!, shape.source[1]!);

    const pixels = resample(source, whole(width, height), shape.kernel);

    expect(createHash('sha256').update(pixels).digest('hex')).toBe(shape.sha256);
  });

  it.each([
    ['both axes grow', 40, 30],
    ['both axes shrink', 300, 200],
    ['one axis grows', 30, 200],
  ])('gives a part as it is in the whole, where %s', (_, width, height) => {
    const source = noise(width, height);
    const part = { left: 7, top: 20, width: 50, height: 31 };

    const cut = resample(source, { width: 100, height: 80, part }, 'cubic');

    const pixels = resample(source, whole(100, 80), 'cubic');
    const rows = Array.from({ length: part.height }, (__, row) => {
      const start = ((part.top + row) * 100 + part.left) * 3;
      return pixels.subarray(start, start + part.width * 3);
    });
    expect(Buffer.from(cut).equals(Buffer.concat(rows))).toBe(true);
  });

  it('does not depend on what was resampled before', () => {
    const source = noise(50, 20);
    const before = resample(source, whole(64, 64), 'linear');

    resample(noise(900, 700), whole(64, 64), 'cubic');

    expect(resample(source, whole(64, 64), 'linear')).toEqual(before);
  });

  it('gives large pictures, which it works on piece by piece, the same bytes', () => {
    const source = noise(700, 9000);
    const part = { left: 0, top: 31, width: 40, height: 3 };

    const cut = resample(source, { width: 40, height: 60, part }, 'cubic');

    const pixels = resample(source, whole(40, 60), 'cubic');
    expect(cut).toEqual(pixels.subarray(31 * 40 * 3, 34 * 40 * 3));
  });
});

function whole(width: number, height: number) {
  return { width, height, part: { left: 0, top: 0, width, height } };
}

/** The same bytes as `noise` of make_goldens.py. */
function noise(width: number, height: number): RgbPixels {
  const data = new Uint8Array(width * height * 3);
  let state = width * 65536 + height;
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = state >>> 24;
    const row = Math.floor(at / (width * 3));
    data[at] = row % 7 > 0 ? value : value < 128 ? 0 : 255;
  }
  return { width, height, data };
}
