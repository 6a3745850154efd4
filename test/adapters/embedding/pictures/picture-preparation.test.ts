import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  createPreparation,
  type PictureRecipe,
  preparedPixels,
  preprocessingIdOf,
  valuesPerPicture,
} from '../../../../adapters/embedding/pictures/picture-preparation.ts';
import { gradient } from '../pictures.ts';
import { preprocessingFixture, preprocessingGoldens, recipes } from './preprocessing-goldens.ts';

const goldens = Object.entries(preprocessingGoldens.pictures);
const measured = goldens.filter(([, golden]) => golden.picture !== undefined);
const hashed = goldens.filter(([, golden]) => golden.sha256 !== undefined);
const recipe = recipes['siglip-bicubic'];
const preparations = {
  'siglip-bicubic': createPreparation(recipe),
  'siglip-bilinear': createPreparation(recipes['siglip-bilinear']),
  clip: createPreparation(recipes.clip),
};

describe('the picture that a model sees', () => {
  it.each(measured)('is that of Hugging Face with Pillow: %s', async (_, golden) => {
    const pixels = await preparedPixels(sourceOf(golden), recipes[golden.processor]);

    const expected = await readPixels(golden.picture!);
    // The decoders of JPEG may round apart; here they do not.
    const most = golden.source.endsWith('.jpg') ? 2 : 0;
    const difference = compare(pixels, expected);
    expect(difference.most).toBeLessThanOrEqual(most);
    expect(difference.mean).toBeLessThanOrEqual(0.2);
  });

  it.each(hashed)('is that of Hugging Face with Pillow to the bit: %s', async (_, golden) => {
    const pixels = await preparedPixels(sourceOf(golden), recipes[golden.processor]);

    expect(createHash('sha256').update(pixels).digest('hex')).toBe(golden.sha256);
  });

  it.each(goldens)('becomes the floats of Hugging Face: %s', async (_, golden) => {
    const wanted = recipes[golden.processor];
    const target = new Float32Array(valuesPerPicture(wanted));

    await preparations[golden.processor](sourceOf(golden), target);

    const { width, height } = wanted;
    const place = Math.floor(height / 2) * width + Math.floor(width / 3);
    golden.floats.forEach((value, channel) => {
      expect(target[channel * width * height + place]).toBeCloseTo(value, 5);
    });
  });

  it('is the picture itself where it has the size already', async () => {
    const own = { ...recipe, width: 32, height: 32 };

    const pixels = await preparedPixels(await gradient(32).png().toBuffer(), own);

    expect(Buffer.from(pixels).equals(await gradient(32).raw().toBuffer())).toBe(true);
  });

  it('grows from a single pixel', async () => {
    const picture = await sharp(Uint8Array.of(10, 20, 30), {
      raw: { width: 1, height: 1, channels: 3 },
    })
      .png()
      .toBuffer();

    const pixels = await preparedPixels(picture, recipe);

    expect(pixels).toHaveLength(384 * 384 * 3);
    expect(pixels.every((value, at) => value === [10, 20, 30][at % 3])).toBe(true);
  });
});

describe('the id of a preparation', () => {
  it('names fit, size, kernel, mean and deviation', () => {
    expect(preprocessingIdOf(recipe)).toBe('squash-384x384-cubic-mean0.5-std0.5-pillow1');
    expect(preprocessingIdOf(recipes.clip)).toBe(
      'edge224-crop-224x224-cubic-mean0.48145466_0.4578275_0.40821073-std0.26862954_0.26130258_0.27577711-pillow1',
    );
  });

  it('does not depend on how many digits of 1/255 are written', () => {
    const rounded = { ...recipe, rescaleFactor: 0.00392156862745098 };

    expect(preprocessingIdOf(rounded)).toBe(preprocessingIdOf(recipe));
  });

  it.each<[string, Partial<PictureRecipe>]>([
    ['size', { width: 378 }],
    ['fit', { fit: { kind: 'shortest-edge', edge: 384 } }],
    ['kernel', { kernel: 'linear' }],
    ['scale', { rescaleFactor: 1 }],
    ['mean', { mean: [0.5, 0.5, 0.4] }],
    ['deviation', { standardDeviation: [1, 1, 1] }],
  ])('changes with the %s', (_, change) => {
    expect(preprocessingIdOf({ ...recipe, ...change })).not.toBe(preprocessingIdOf(recipe));
  });

  it('changes with the edge', () => {
    const wider = { ...recipes.clip, fit: { kind: 'shortest-edge', edge: 256 } } as const;

    expect(preprocessingIdOf(wider)).not.toBe(preprocessingIdOf(recipes.clip));
  });
});

function sourceOf(golden: { readonly source: string }): Uint8Array {
  return readFileSync(preprocessingFixture(`sources/${golden.source}`));
}

async function readPixels(golden: string): Promise<Uint8Array> {
  const file = await readFile(fileURLToPath(preprocessingFixture(`goldens/${golden}`)));
  return sharp(file).removeAlpha().raw().toBuffer();
}

function compare(pixels: Uint8Array, expected: Uint8Array) {
  expect(pixels).toHaveLength(expected.length);
  const differences = pixels.map((value, at) => Math.abs(value - expected[at]!));
  return {
    most: differences.reduce((most, value) => Math.max(most, value), 0),
    mean: differences.reduce((sum, value) => sum + value, 0) / differences.length,
  };
}
