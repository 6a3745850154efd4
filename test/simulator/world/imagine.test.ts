import { describe, expect, it } from 'vitest';
import { drawFrame } from '../../../simulator/world/draw-frame.ts';
import { imagineFrame } from '../../../simulator/world/imagine.ts';
import { planVideo } from '../../../simulator/world/video.ts';

const { pixels, width, height } = drawFrame(planVideo('imagine'), 0);
const redStar = { shape: 'star', colour: 'red' } as const;

function redPixels(image: Uint8Array): number {
  let red = 0;
  for (let at = 0; at < image.length; at += 3) {
    const rest = Math.max(image[at + 1] ?? 0, image[at + 2] ?? 0);
    if ((image[at] ?? 0) > 150 && rest < 90) red += 1;
  }
  return red;
}

describe('imagineFrame', () => {
  it('paints the object into the reference and leaves the reference as it was', () => {
    const before = pixels.slice();
    const imagined = imagineFrame(pixels, width, height, [redStar], '1');

    expect(redPixels(imagined)).toBeGreaterThan(redPixels(pixels) + 300);
    expect(Buffer.compare(pixels, before)).toBe(0);
  });

  it('keeps the scene recognisable', () => {
    const imagined = imagineFrame(pixels, width, height, [], '2');
    const gap = imagined.reduce((sum, value, at) => sum + Math.abs(value - (pixels[at] ?? 0)), 0);
    expect(gap / pixels.length).toBeLessThan(50);
  });

  it('makes the same picture for the same seed and another for another', () => {
    const [first, again, other] = ['3', '3', '4'].map((seed) =>
      Buffer.from(imagineFrame(pixels, width, height, [redStar], seed)),
    );
    expect(first?.equals(again ?? Buffer.alloc(0))).toBe(true);
    expect(first?.equals(other ?? Buffer.alloc(0))).toBe(false);
  });

  it('works at any size, with two objects side by side', () => {
    const square = new Uint8Array(64 * 64 * 3).fill(120);
    const blueRing = { shape: 'ring', colour: 'blue' } as const;
    const imagined = imagineFrame(square, 64, 64, [redStar, blueRing], '5');
    expect(imagined).toHaveLength(64 * 64 * 3);
    expect(imagined).not.toEqual(square);
  });
});
