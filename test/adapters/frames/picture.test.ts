import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  mediaTypeOf,
  pictureInfo,
  plainJpeg,
  resizeFrame,
} from '../../../adapters/frames/picture.ts';

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 40, b: 90 } } });

describe('pictureInfo', () => {
  it.each(['jpeg', 'png', 'webp'] as const)('tells type and size of a %s', async (format) => {
    const bytes = await plain(40, 20).toFormat(format).toBuffer();

    expect(await pictureInfo(bytes)).toEqual({
      mediaType: `image/${format}`,
      width: 40,
      height: 20,
    });
  });

  it('gives the size as displayed', async () => {
    const turned = await plain(40, 20).jpeg().withMetadata({ orientation: 6 }).toBuffer();

    expect(await pictureInfo(turned)).toMatchObject({ width: 20, height: 40 });
  });

  it('fails with bad_media for anything else, and for a header that is cut off', async () => {
    const gif = await plain(4, 4).gif().toBuffer();
    const cut = (await plain(40, 20).png().toBuffer()).subarray(0, 12);

    const bad = { failureClass: 'bad_media', action: 'fail' };
    await expect(pictureInfo(gif)).rejects.toMatchObject(bad);
    await expect(pictureInfo(cut)).rejects.toMatchObject(bad);
    await expect(pictureInfo(new Uint8Array())).rejects.toMatchObject(bad);
  });
});

describe('mediaTypeOf', () => {
  it('does not take every RIFF file for a WebP', () => {
    expect(mediaTypeOf(new TextEncoder().encode('RIFF....WAVEfmt '))).toBeNull();
    expect(mediaTypeOf(new TextEncoder().encode('RIFF....WEBPVP8 '))).toBe('image/webp');
  });
});

describe('resizeFrame', () => {
  it.each(['jpeg', 'png', 'webp'] as const)(
    'scales a %s down to its longest edge',
    async (format) => {
      const bytes = await plain(640, 360).toFormat(format).toBuffer();

      const scaled = await resizeFrame(bytes, 160);

      expect(await pictureInfo(scaled)).toEqual({
        mediaType: `image/${format}`,
        width: 160,
        height: 90,
      });
    },
  );

  it('leaves a small picture as it is, byte for byte', async () => {
    const bytes = await plain(64, 36).jpeg().toBuffer();

    expect(await resizeFrame(bytes, 64)).toBe(bytes);
  });

  it('gives the same bytes each time, since requests are keyed by them', async () => {
    const bytes = await plain(640, 360).jpeg().toBuffer();

    expect(await resizeFrame(bytes, 100)).toEqual(await resizeFrame(bytes, 100));
  });

  it('turns a picture the way its file asks for', async () => {
    const turned = await plain(40, 20).jpeg().withMetadata({ orientation: 6 }).toBuffer();

    const scaled = await resizeFrame(turned, 10);

    expect(await sharp(scaled).metadata()).toMatchObject({ width: 5, height: 10 });
  });

  it.each(['jpeg', 'png'] as const)('fails with bad_media when a %s is cut off', async (format) => {
    const pixels = Uint8Array.from({ length: 300 * 200 * 3 }, (_, i) => (i * i * 7919) >> 5);
    const raw = { width: 300, height: 200, channels: 3 as const };
    const whole = await sharp(pixels, { raw }).toFormat(format).toBuffer();
    const cut = whole.subarray(0, whole.length / 2);

    expect(await pictureInfo(cut)).toMatchObject({ width: 300 });
    await expect(resizeFrame(cut, 100)).rejects.toMatchObject({ failureClass: 'bad_media' });
  });
});

describe('plainJpeg', () => {
  it('makes a small baseline JPEG in sRGB without metadata of whatever it is given', async () => {
    const inks = await plain(2000, 1000)
      .toColourspace('cmyk')
      .withMetadata({ orientation: 6 })
      .jpeg({ progressive: true, quality: 100 })
      .toBuffer();

    const made = await sharp(await plainJpeg(inks)).metadata();

    expect(made).toMatchObject({
      format: 'jpeg',
      space: 'srgb',
      channels: 3,
      isProgressive: false,
      width: 640,
      height: 1280,
    });
    expect([made.icc, made.exif, made.orientation]).toEqual([undefined, undefined, undefined]);
  });

  it('lays what is transparent on white, and enlarges nothing', async () => {
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    const create = { width: 8, height: 4, channels: 4, background: clear } as const;
    const made = await plainJpeg(await sharp({ create }).png().toBuffer());

    const { data, info } = await sharp(made).raw().toBuffer({ resolveWithObject: true });

    expect([info.width, info.height]).toEqual([8, 4]);
    expect(Math.min(...data)).toBeGreaterThan(250);
  });

  it('gives the same bytes each time, since requests are keyed by them', async () => {
    const bytes = await plain(64, 36).png().toBuffer();

    expect(await plainJpeg(bytes)).toEqual(await plainJpeg(bytes));
  });

  it('fails with bad_media where the pixels cannot be decoded', async () => {
    const whole = await plain(300, 200).png().toBuffer();

    await expect(plainJpeg(whole.subarray(0, whole.length - 60))).rejects.toMatchObject({
      failureClass: 'bad_media',
      action: 'fail',
    });
  });
});
