import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createPictureReader } from '../../../simulator/vision/picture-reader.ts';
import { drawFrame } from '../../../simulator/world/draw-frame.ts';
import { drawObject } from '../../../simulator/world/draw-object.ts';
import { createRandom } from '../../../simulator/world/random.ts';
import { actorsInFrame, planVideo } from '../../../simulator/world/video.ts';
import { colours, describeObject, shapes } from '../../../simulator/world/vocabulary.ts';
import { encodeJpeg, photoLikeNoise } from '../server/pictures.ts';

/** Every frame with an event, and every eighth without, of some videos nobody tuned on. */
async function measure(seeds: readonly string[], look: { quality: number; light: number }) {
  const reader = createPictureReader();
  const counts = { found: 0, missed: 0, invented: 0 };
  for (const video of seeds.map(planVideo)) {
    for (let frame = 0; frame < video.frameCount; frame += 1) {
      const actors = actorsInFrame(video, frame);
      if (actors.length === 0 && frame % 8 !== 0) continue;
      const { objects } = await reader.look(await encodeJpeg(drawFrame(video, frame), look));
      const there = actors.map(({ object }) => describeObject(object));
      const seen = objects.map(describeObject);
      counts.found += there.filter((name) => seen.includes(name)).length;
      counts.missed += there.filter((name) => !seen.includes(name)).length;
      counts.invented += seen.filter((name) => !there.includes(name)).length;
    }
  }
  return {
    recall: counts.found / (counts.found + counts.missed),
    precision: counts.found / (counts.found + counts.invented),
  };
}

describe('seeObjects', () => {
  it.each([
    { look: { quality: 85, light: 1 } },
    { look: { quality: 60, light: 1 } },
    { look: { quality: 85, light: 0.85 } },
    { look: { quality: 85, light: 1.15 } },
  ])('finds the events of unseen videos and little else with $look', async ({ look }) => {
    const seeds = Array.from({ length: 8 }, (_, index) => `test-of-sight-${index}`);

    const { recall, precision } = await measure(seeds, look);

    expect(recall).toBeGreaterThanOrEqual(0.97);
    expect(precision).toBeGreaterThanOrEqual(0.97);
  });

  it('tells all shapes in all colours apart, also in a frame twice as large', async () => {
    const reader = createPictureReader();
    const random = createRandom('all-objects');
    const wrong: string[] = [];
    for (const shape of shapes) {
      for (const colour of colours) {
        const image = { pixels: new Uint8Array(640 * 360 * 3).fill(150), width: 640, height: 360 };
        const radius = random.between(56, 92);
        drawObject(image, { shape, colour }, 300, 180, radius, { outline: 6 });
        const { objects } = await reader.look(await encodeJpeg(image, { quality: 85, light: 1 }));
        const names = objects.map(describeObject).join(', ');
        if (names !== `${colour} ${shape}`) wrong.push(`${colour} ${shape} seen as "${names}"`);
      }
    }

    expect(wrong).toEqual([]);
  });

  it('sees nothing in noise with the texture of a photograph', async () => {
    const reader = createPictureReader();

    const { objects } = await reader.look(await photoLikeNoise(3));

    expect(objects).toEqual([]);
  });
});

describe('createPictureReader', () => {
  it('refuses bytes that are no picture and pictures that are cut off', async () => {
    const reader = createPictureReader();
    const whole = await photoLikeNoise(4);

    await expect(reader.look(Buffer.from('no picture'))).rejects.toThrow('cannot be decoded');
    await expect(reader.look(whole.subarray(0, whole.length >> 1))).rejects.toThrow(
      'cannot be decoded',
    );
  });

  it('reports the size as encoded although it looks at a smaller copy', async () => {
    const wide = await sharp(await photoLikeNoise(5))
      .resize(1280, 720)
      .jpeg()
      .toBuffer();

    const sight = await createPictureReader().look(wide);

    expect(sight).toMatchObject({ width: 1280, height: 720 });
  });
});
