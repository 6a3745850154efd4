import sharp, { type Sharp } from 'sharp';

/** How a model wants its pictures: brought to a size, scaled and shifted per colour. */
export type PictureRecipe = {
  readonly width: number;
  readonly height: number;
  /**
   * `squash`: both axes to the size, whatever the shape (SigLIP). `shortest-edge`: the shorter axis
   * to `edge`, the other in proportion, then `width` x `height` cut from the middle (CLIP).
   */
  readonly fit:
    { readonly kind: 'squash' } | { readonly kind: 'shortest-edge'; readonly edge: number };
  readonly kernel: 'cubic' | 'linear';
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
 * @returns whether an axis grew, in which case the resampling differs slightly from Pillow's
 * @throws {Error} when the picture is damaged, over 40 megapixels or of another format
 */
export type PreparePicture = (
  picture: Uint8Array,
  target: Float32Array,
) => Promise<{ readonly enlarged: boolean }>;

/** Changes with every change of this file that changes pixels; part of each preprocessing id. */
const pipelineName = 'sharp1';
const channels = 3;
const byteValues = 256;
const pixelLimit = 40_000_000;
const formats: ReadonlySet<string | undefined> = new Set(['jpeg', 'png', 'webp']);

/** Names a recipe and the pipeline: vectors of equal weights and equal id may be compared. */
export function preprocessingIdOf(recipe: PictureRecipe): string {
  const { width, height, kernel, rescaleFactor } = recipe;
  const parts = [
    'siglip',
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
 * Builds the preparation of a recipe. As Pillow-based pipelines do: no rotation by EXIF, no colour
 * profile, transparency dropped without blending, gray and CMYK turned into RGB.
 */
export function createPreparation(recipe: PictureRecipe): PreparePicture {
  const { width, height, kernel } = recipe;
  const tables = normalisationTables(recipe);
  return async (picture, target) => {
    const image = decode(picture);
    const source = await image.metadata();
    if (!formats.has(source.format)) {
      throw new Error(`its format is ${source.format}, not JPEG, PNG or WebP`);
    }
    const opaque = source.hasAlpha ? await withoutAlpha(image) : image;
    const pixels = await opaque
      .resize(width, height, { fit: 'fill', kernel })
      .toColourspace('srgb')
      .raw()
      .toBuffer();
    if (pixels.length !== target.length) {
      throw new Error(`it decodes to ${pixels.length} values, not ${target.length}`);
    }
    separateChannels(pixels, tables, target);
    return { enlarged: source.width < width || source.height < height };
  };
}

function decode(picture: Uint8Array): Sharp {
  return sharp(picture, { failOn: 'warning', limitInputPixels: pixelLimit, ignoreIcc: true });
}

/** Resizing weighs colours by their opacity, so the transparency has to go before it. */
async function withoutAlpha(image: Sharp): Promise<Sharp> {
  const { data, info } = await image
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels } });
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
  tables.forEach((table, channel) => {
    for (let at = 0; at < plane; at++) {
      target[channel * plane + at] = table[pixels[at * channels + channel]!]!;
    }
  });
}

function perChannel(values: readonly number[]): string {
  return new Set(values).size === 1 ? String(values[0]) : values.join('_');
}
