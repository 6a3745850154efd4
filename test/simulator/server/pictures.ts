import sharp from 'sharp';
import type { RgbPicture } from '../../../simulator/vision/find-regions.ts';
import { drawFrame } from '../../../simulator/world/draw-frame.ts';
import { createRandom } from '../../../simulator/world/random.ts';
import { planVideo } from '../../../simulator/world/video.ts';
import type { VideoPlan } from '../../../simulator/world/video.ts';

/** Encodes a picture at a JPEG quality, its light scaled before. */
export async function encodeJpeg(
  { pixels, width, height }: RgbPicture,
  { quality, light }: { quality: number; light: number },
): Promise<Buffer> {
  const raw = sharp(pixels, { raw: { width, height, channels: 3 } });
  return (light === 1 ? raw : raw.linear(light, 0)).jpeg({ quality }).toBuffer();
}

/** One frame of a synthetic video as its dataset would store it. */
export async function frameJpeg(video: VideoPlan, frame: number): Promise<Buffer> {
  return encodeJpeg(drawFrame(video, frame), { quality: 85, light: 1 });
}

/** A video with a single-object event, and frames of it with and without that event. */
export function videoWithEvent() {
  const video = planVideo('provider-tests');
  const event = video.events.find(({ joining }) => joining === null);
  const pair = video.events.find(({ joining }) => joining !== null);
  if (event === undefined || pair === undefined) throw new Error('the video lacks an event');
  const quietFrames = Array.from({ length: video.frameCount }, (_, frame) => frame).filter(
    (frame) =>
      video.events.every(({ startFrame, endFrame }) => frame < startFrame || frame >= endFrame),
  );
  return { video, event, pair, quietFrames };
}

/** Coloured noise in patches of all sizes: what real footage is to someone who knows one world. */
export async function photoLikeNoise(seed: number): Promise<Buffer> {
  const random = createRandom(`photo-${seed}`);
  const layers = await Promise.all(
    [8, 32, 160].map(async (width) => {
      const height = Math.round((width * 9) / 16);
      const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.integer(0, 256));
      return sharp(pixels, { raw: { width, height, channels: 3 } })
        .resize(320, 180, { kernel: 'cubic' })
        .raw()
        .toBuffer();
    }),
  );
  const mixed = Uint8Array.from({ length: 320 * 180 * 3 }, (_, at) =>
    layers.reduce((sum, layer) => sum + (layer[at] ?? 0) / layers.length, 0),
  );
  return encodeJpeg({ pixels: mixed, width: 320, height: 180 }, { quality: 85, light: 1 });
}
