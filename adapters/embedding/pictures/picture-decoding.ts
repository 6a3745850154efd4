import sharp, { type Sharp } from 'sharp';
import type { RgbPixels } from '../../kernels/resample.ts';

/** Interleaved bytes, as many a pixel as the colour space has. */
type RawPixels = { readonly width: number; readonly height: number; readonly data: Uint8Array };

const channels = 3;
const inks = 4;
const pixelLimit = 40_000_000;
const formats: ReadonlySet<string | undefined> = new Set(['jpeg', 'png', 'webp']);

/**
 * Decodes a picture to the very colours of Pillow's `convert('RGB')`: no rotation by EXIF, no colour
 * profile, transparency dropped without blending, gray and palettes widened, CMYK mixed by Pillow's
 * formula, the high byte of 16 bits. The exception: 16-bit gray, which Pillow clips to white above
 * 255 of 65,535, keeps its high byte as 16-bit colours do.
 *
 * @throws {Error} when the picture is damaged, over 40 megapixels, or neither JPEG, PNG nor WebP
 */
export async function decodePicture(picture: Uint8Array): Promise<RgbPixels> {
  const encoded = sharp(picture, {
    failOn: 'warning',
    limitInputPixels: pixelLimit,
    ignoreIcc: true,
  });
  const { format, space } = await encoded.metadata();
  if (!formats.has(format)) throw new Error(`its format is ${format}, not JPEG, PNG or WebP`);
  if (space === 'cmyk') return mixInks(await readRaw(encoded.pipelineColourspace('cmyk'), 'cmyk'));
  return readRaw(encoded.removeAlpha(), 'srgb');
}

async function readRaw(image: Sharp, colourspace: 'srgb' | 'cmyk'): Promise<RawPixels> {
  const { data, info } = await image
    .toColourspace(colourspace)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const expected = colourspace === 'cmyk' ? inks : channels;
  if (info.channels !== expected) {
    throw new Error(`it decodes to ${info.channels} channels, not ${expected}`);
  }
  return { width: info.width, height: info.height, data };
}

/** Each ink and the black take their share of the light: (255 - black) * (255 - ink) / 255, rounded. */
function mixInks({ width, height, data: amounts }: RawPixels): RgbPixels {
  const data = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const light = 255 - amounts[pixel * inks + 3]!;
    for (let channel = 0; channel < channels; channel++) {
      const taken = Math.round((amounts[pixel * inks + channel]! * light) / 255);
      data[pixel * channels + channel] = light - taken;
    }
  }
  return { width, height, data };
}
