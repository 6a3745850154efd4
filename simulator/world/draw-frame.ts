import sharp from 'sharp';
import { drawBackground } from './draw-background.ts';
import { drawObject, type RgbImage } from './draw-object.ts';
import { addGrain } from './grain.ts';
import { createRandom } from './random.ts';
import { frameHeight, frameWidth } from './vocabulary.ts';
import { actorsInFrame, type VideoPlan } from './video.ts';

/** JPEG quality of every stored frame. */
export const frameQuality = 82;

/**
 * Draws one frame of a video. `frame` counts from 0; the result is a pure function of the video's
 * plan and the frame's number.
 */
export function drawFrame(video: VideoPlan, frame: number): RgbImage {
  const image: RgbImage = {
    pixels: new Uint8Array(frameWidth * frameHeight * 3),
    width: frameWidth,
    height: frameHeight,
  };
  const random = createRandom(`${video.seed}/frame-${frame}`);
  drawBackground(image, video.scene, frame);
  for (const actor of actorsInFrame(video, frame)) {
    const x = actor.x + random.between(-3, 3);
    const y = actor.y + random.between(-3, 3);
    drawObject(image, actor.object, x, y, actor.radius, { rotation: actor.rotation });
  }
  const brightness = 1 + random.between(-video.scene.flicker, video.scene.flicker);
  addGrain(image, brightness, video.scene.noise, random);
  return image;
}

/** Encodes an image as JPEG in the quality of the stored frames. */
export async function encodeFrame(image: RgbImage): Promise<Buffer> {
  const raw = { width: image.width, height: image.height, channels: 3 } as const;
  return sharp(image.pixels, { raw }).jpeg({ quality: frameQuality }).toBuffer();
}
