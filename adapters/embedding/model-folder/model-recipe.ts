import { z } from 'zod';
import { configFile, type ModelConfig } from './model-config.ts';
import { unusableModelFile } from './model-folder-errors.ts';
import { readModelJson } from './model-json.ts';
import type { PictureRecipe } from '../pictures/picture-preparation.ts';

export const preprocessorFile = 'preprocessor_config.json';

/** The numbers of Pillow's filters, as preprocessor files store them. */
const kernels: ReadonlyMap<number, PictureRecipe['kernel']> = new Map([
  [2, 'linear'],
  [3, 'cubic'],
]);

const pixels = z.int().positive();
const rectangle = z.object({ height: pixels, width: pixels });
const perChannel = z.array(z.number()).length(3);
const preprocessorSchema = z.object({
  image_processor_type: z.string().optional(),
  max_num_patches: z.int().nullish(),
  do_resize: z.literal(true).default(true),
  do_center_crop: z.boolean().nullish(),
  do_rescale: z.boolean().default(true),
  do_normalize: z.boolean().default(true),
  size: z.union([pixels, rectangle, z.object({ shortest_edge: pixels })]).optional(),
  crop_size: z.union([pixels, rectangle]).nullish(),
  resample: z.int(),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  image_mean: perChannel.default([0, 0, 0]),
  image_std: perChannel.refine((values) => values.every((value) => value > 0)).default([1, 1, 1]),
});
type Preprocessor = z.infer<typeof preprocessorSchema>;
type Shape = Pick<PictureRecipe, 'width' | 'height' | 'fit'>;

/**
 * Reads from `preprocessor_config.json` how the model wants its pictures: squashed to a size, as
 * SigLIP, or brought to a size by the shortest edge and cropped, as CLIP.
 *
 * @throws {EnvironmentError} when the file asks for anything else, or for another size than the model's
 */
export async function readRecipe(path: string, config: ModelConfig): Promise<PictureRecipe> {
  const preprocessor = await readModelJson(path, preprocessorFile, preprocessorSchema);
  const refuse = (problem: string): never => {
    throw unusableModelFile(path, preprocessorFile, problem);
  };
  const kernel =
    kernels.get(preprocessor.resample) ??
    refuse(
      `it asks for resample ${preprocessor.resample}; only 2 (bilinear) and 3 (bicubic) are supported`,
    );
  const shape = shapeOf(preprocessor);
  if (typeof shape === 'string') return refuse(shape);
  const side = config.imageSize;
  if (side !== null && (side !== shape.width || side !== shape.height)) {
    refuse(
      `it asks for ${shape.width}x${shape.height} pictures, ${configFile} for ${side}x${side}`,
    );
  }
  const { do_normalize: normalize, do_rescale: rescale } = preprocessor;
  return {
    ...shape,
    kernel,
    rescaleFactor: rescale ? preprocessor.rescale_factor : 1,
    mean: normalize ? preprocessor.image_mean : [0, 0, 0],
    standardDeviation: normalize ? preprocessor.image_std : [1, 1, 1],
  };
}

/** The size of the prepared picture and how it gets there; a sentence when it is not supported. */
function shapeOf(preprocessor: Preprocessor): Shape | string {
  const { size, do_center_crop: crops, image_processor_type: processor } = preprocessor;
  if (preprocessor.max_num_patches != null || processor?.startsWith('Siglip2')) {
    return (
      'it is of a NaFlex model, whose pictures keep their shape; supported are the ' +
      'fixed-resolution models of SigLIP 2, such as siglip2-so400m-patch14-384'
    );
  }
  if (size === undefined) return 'it names no size';
  if (crops === true) return croppedShape(size, preprocessor.crop_size);
  if (typeof size === 'number') return { width: size, height: size, fit: { kind: 'squash' } };
  if ('shortest_edge' in size) {
    return 'its size is a shortest_edge without do_center_crop, so pictures would differ in size';
  }
  return { width: size.width, height: size.height, fit: { kind: 'squash' } };
}

function croppedShape(
  size: NonNullable<Preprocessor['size']>,
  cropSize: Preprocessor['crop_size'],
): Shape | string {
  if (cropSize == null) return 'it has do_center_crop but no crop_size';
  const crop = typeof cropSize === 'number' ? { width: cropSize, height: cropSize } : cropSize;
  if (typeof size === 'object' && 'width' in size) {
    const sameSize = size.width === crop.width && size.height === crop.height;
    if (!sameSize) return 'its do_center_crop cuts a part out of a squashed picture';
    return { width: crop.width, height: crop.height, fit: { kind: 'squash' } };
  }
  const edge = typeof size === 'number' ? size : size.shortest_edge;
  if (Math.max(crop.width, crop.height) > edge) {
    return `its crop_size ${crop.width}x${crop.height} is larger than the shortest edge, ${edge}`;
  }
  return { width: crop.width, height: crop.height, fit: { kind: 'shortest-edge', edge } };
}
