import { loadKernels } from '../../kernels/load-kernels.ts';
import type { ResampleKernel } from '../../kernels/resample-windows.ts';
import { decodePicture } from './picture-decoding.ts';
import { type PictureFit, resizeToFit } from './picture-fit.ts';
import { createToFloats, type PictureScaling } from './picture-floats.ts';
import { createPictureThreads } from './picture-threads.ts';

/** How a model wants its pictures: brought to a size, scaled and shifted per colour. */
export type PictureRecipe = PictureScaling & {
  readonly width: number;
  readonly height: number;
  readonly fit: PictureFit;
  readonly kernel: ResampleKernel;
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
 * Builds the preparation of a recipe: `preparedPixels`, then each byte scaled and shifted. Decoding
 * takes libuv's pool of threads.
 *
 * @param resizing  where pictures are resized. On `threads` they take a quarter more time in all, but
 *   less than half of it is the caller's, who alone would hold a GPU back at a few hundred pictures a
 *   second; beside a model on the CPU that only takes from the model. Default `caller`
 * @throws {EnvironmentError} when the kernels are not built; no picture is to be blamed for it
 */
export function createPreparation(
  recipe: PictureRecipe,
  resizing: 'caller' | 'threads' = 'caller',
): PreparePicture {
  loadKernels(0);
  if (resizing === 'threads') {
    const toFloatsOnThreads = createPictureThreads(recipe);
    return async (picture, target) => toFloatsOnThreads(await decodePicture(picture), target);
  }
  const toFloats = createToFloats(recipe);
  return async (picture, target) => toFloats(await preparedPixels(picture, recipe), target);
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
  // Where both axes shrink, libvips could resize too: up to 29 levels off in thin lines and text.
  return resizeToFit(await decodePicture(picture), recipe);
}

function perChannel(values: readonly number[]): string {
  return new Set(values).size === 1 ? String(values[0]) : values.join('_');
}
