import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../../adapters/embedding/pictures/picture-decoding.ts';
import { gradient, plainPicture } from '../pictures.ts';
import { preprocessingFixture, preprocessingGoldens } from './preprocessing-goldens.ts';

describe('decoding', () => {
  it.each(Object.entries(preprocessingGoldens.encodings))(
    'gives the colours of Pillow: %s',
    async (name, sha256) => {
      const picture = readFileSync(preprocessingFixture(`encodings/${name}`));

      const { width, height, data } = await decodePicture(picture);

      expect([width, height]).toEqual([61, 43]);
      expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
    },
  );

  it('takes the high byte of 16-bit gray, where Pillow would clip to white', async () => {
    const values = Uint16Array.of(0, 255, 256, 32_767, 65_535);
    const picture = await sharp(values, { raw: { width: 5, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();

    const { data } = await decodePicture(picture);

    expect([...data].filter((_, at) => at % 3 === 0)).toEqual([0, 0, 1, 127, 255]);
  });

  it.each([
    ['a text', () => Promise.resolve(new TextEncoder().encode('no picture')), /unsupported/],
    ['nothing', () => Promise.resolve(new Uint8Array()), /empty/i],
    ['a GIF', () => gradient().gif().toBuffer(), /its format is gif, not JPEG, PNG or WebP/],
    ['more than 40 megapixels', () => plainPicture('red', 8000, 5001), /pixel limit/],
    ['a JPEG cut short', async () => firstHalf(await gradient(64).jpeg().toBuffer()), /JPEG|end/i],
    ['a PNG cut short', async () => firstHalf(await gradient(64).png().toBuffer()), /png/i],
  ])('refuses %s', async (_, make, message) => {
    await expect(decodePicture(await make())).rejects.toThrow(message);
  });
});

function firstHalf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length / 2);
}
