import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawFrame, encodeFrame } from '../../../simulator/world/draw-frame.ts';
import { drawObject, type RgbImage } from '../../../simulator/world/draw-object.ts';
import { planVideo } from '../../../simulator/world/video.ts';
import { colourRgb, shapes } from '../../../simulator/world/vocabulary.ts';

function greyImage(): RgbImage {
  return { pixels: new Uint8Array(120 * 80 * 3).fill(90), width: 120, height: 80 };
}

function changedPixels({ pixels }: RgbImage): number {
  let changed = 0;
  for (let at = 0; at < pixels.length; at += 3) {
    if (pixels[at] !== 90 || pixels[at + 1] !== 90 || pixels[at + 2] !== 90) changed += 1;
  }
  return changed;
}

describe('drawFrame', () => {
  it('draws the same pixels for the same video and frame', () => {
    const first = drawFrame(planVideo('frame'), 17).pixels;
    const second = drawFrame(planVideo('frame'), 17).pixels;
    expect(Buffer.compare(first, second)).toBe(0);
  });

  it('shows the event in its own colour, there and only then', () => {
    const video = planVideo('frame');
    for (const { actor, startFrame } of video.events) {
      const isPainted = (frame: number) => {
        const { pixels, width } = drawFrame(video, frame);
        const paint = colourRgb[actor.object.colour];
        let alike = 0;
        for (let at = 0; at < pixels.length; at += 3) {
          const dx = ((at / 3) % width) - actor.x;
          const dy = Math.floor(at / 3 / width) - actor.y;
          if (Math.hypot(dx, dy) > actor.radius) continue;
          const gap = paint.map((channel, index) => Math.abs(channel - (pixels[at + index] ?? 0)));
          if (Math.max(...gap) < 45) alike += 1;
        }
        return alike > 200;
      };
      expect(isPainted(startFrame)).toBe(true);
      expect(isPainted(startFrame - 1)).toBe(false);
    }
  });

  it('encodes as a JPEG of 320 x 180', async () => {
    const jpeg = await encodeFrame(drawFrame(planVideo('frame'), 0));
    const { format, width, height } = await sharp(jpeg).metadata();
    expect({ format, width, height }).toEqual({ format: 'jpeg', width: 320, height: 180 });
  });
});

describe('drawObject', () => {
  it.each(shapes)('paints a %s that covers a plausible part of its square', (shape) => {
    const image = greyImage();
    drawObject(image, { shape, colour: 'red' }, 60, 40, 30);
    const share = changedPixels(image) / (60 * 60);
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.9);
  });

  it('cuts off what lies outside the image', () => {
    const image = greyImage();
    drawObject(image, { shape: 'square', colour: 'blue' }, 0, 0, 20);
    drawObject(image, { shape: 'square', colour: 'blue' }, 500, 500, 20);
    const side = Math.ceil(20 * 0.84) + 1;
    expect(changedPixels(image)).toBeGreaterThan(200);
    expect(changedPixels(image)).toBeLessThanOrEqual(side * side);
  });
});
