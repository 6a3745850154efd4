import { loadKernels } from '../kernels/load-kernels.ts';
import { resample } from '../kernels/resample.ts';
import type { ResampleKernel } from '../kernels/resample-windows.ts';
import { decodePicture } from './picture-decoding.ts';
import { fitPicture, type PictureFit } from './picture-fit.ts';

/** How a model wants its pictures: brought to a size, scaled and shifted per colour. */
export type PictureRecipe = {
  readonly width: number;
  readonly height: number;
  readonly fit: PictureFit;
  readonly kernel: ResampleKernel;
  /** Value of a colour step: 1/255 maps bytes to 0 to 1. */
  readonly rescaleFactor: number;
  /** Per channel, in order red, green, blue; on the rescaled values. */
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
};

/**
 * Decodes a picture (JPEG, PNG or WebP) into `target`: floats in channel order, shape
 * [3, height, width].
 *
 * @throws {Error} when the picture is damaged, over 40 megapixels or of another format
 */
export type PreparePicture = (picture: Uint8Array, target: Float32Array) => Promise<void>;

/** Changes with every change that changes pixels; part of each preprocessing id. */
const pipelineName = 'pillow1';
const channels = 3;
const byteValues = 256;

/** Names a recipe and the pipeline: vectors of equal weights and equal id may be compared. */
export function preprocessingIdOf(recipe: PictureRecipe): string {
  const { width, height, fit, kernel, rescaleFactor } = recipe;
  const parts = [
    fit.kind === 'squash' ? 'squash' : `edge${fit.edge}-crop`,
    `${width}x${height}`,
    kernel,
    `mean${perChannel(recipe.mean)}`,
    `std${perChannel(recipe.standardDeviation)}`,
  ];
  // Preprocessor files write 1/255 with varying digits.
  if (Math.abs(rescaleFactor * 255 - 1) > 1e-6) parts.push(`scale${rescaleFactor}`);
  return [...parts, pipelineName].join('-');
}

/** Values of one prepared picture. */
export function valuesPerPicture(recipe: PictureRecipe): number {
  return channels * recipe.width * recipe.height;
}

/**
 * Builds the preparation of a recipe: `preparedPixels`, then each byte scaled and shifted.
 *
 * @throws {EnvironmentError} when the kernels are not built; no picture is to be blamed for it
 */
export function createPreparation(recipe: PictureRecipe): PreparePicture {
  loadKernels(0);
  const tables = normalisationTables(recipe);
  return async (picture, target) => {
    separateChannels(await preparedPixels(picture, recipe), tables, target);
  };
}

/**
 * The picture that the model sees, before bytes become floats: what Hugging Face's processors make
 * of it with Pillow. Equal to the last bit where the decoders agree.
 *
 * @returns bytes red, green, blue, pixel by pixel; shape [height, width, 3]
 * @throws {Error} when the picture is damaged, over 40 megapixels or of another format
 */
export async function preparedPixels(
  picture: Uint8Array,
  recipe: PictureRecipe,
): Promise<Uint8Array> {
  const pixels = await decodePicture(picture);
  // Where both axes shrink, libvips could resize too: up to 29 levels off in thin lines and text.
  return resample(pixels, fitPicture(recipe.fit, pixels, recipe), recipe.kernel);
}

/** The float of each byte, per channel. */
function normalisationTables(recipe: PictureRecipe): Float32Array[] {
  return recipe.mean.map((mean, channel) => {
    const deviation = recipe.standardDeviation[channel]!;
    return Float32Array.from(
      { length: byteValues },
      (_, byte) => (byte * recipe.rescaleFactor - mean) / deviation,
    );
  });
}

/** From interleaved bytes [height, width, 3] to floats [3, height, width]. */
function separateChannels(
  pixels: Uint8Array,
  tables: readonly Float32Array[],
  target: Float32Array,
): void {
  const plane = target.length / channels;
  const [red, green, blue] = tables as [Float32Array, Float32Array, Float32Array];
  // One loop over all three is twice as fast as one per channel.
  for (let at = 0, byte = 0; at < plane; at++, byte += channels) {
    target[at] = red[pixels[byte]!]!;
    target[plane + at] = green[pixels[byte + 1]!]!;
    target[2 * plane + at] = blue[pixels[byte + 2]!]!;
  }
}

function perChannel(values: readonly number[]): string {
  return new Set(values).size === 1 ? String(values[0]) : values.join('_');
}
