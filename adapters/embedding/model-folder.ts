import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { EnvironmentError } from '../../domain/usage-error.ts';
import type { PictureRecipe } from './picture-preparation.ts';

/** A local vision model in the layout of Hugging Face's ONNX exports. */
export type ModelFolder = {
  /** The ONNX file of the vision tower. */
  readonly modelPath: string;
  /** sha256 over the ONNX file and its external data files, in name order; 64 hex digits. */
  readonly modelHash: string;
  readonly recipe: PictureRecipe;
};

const configFile = 'config.json';
const preprocessorFile = 'preprocessor_config.json';
const modelFile = 'vision_model.onnx';

/** The numbers of Pillow's filters, as preprocessor files store them. */
const kernels: ReadonlyMap<number, PictureRecipe['kernel']> = new Map([
  [2, 'linear'],
  [3, 'cubic'],
]);

const perChannelSchema = z.array(z.number()).length(3);
const preprocessorSchema = z.object({
  do_resize: z.literal(true).default(true),
  do_center_crop: z.literal(false).nullish(),
  do_rescale: z.boolean().default(true),
  do_normalize: z.boolean().default(true),
  size: z.object({ height: z.int().positive(), width: z.int().positive() }),
  resample: z.int(),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  image_mean: perChannelSchema.default([0, 0, 0]),
  image_std: perChannelSchema
    .refine((values) => values.every((value) => value > 0))
    .default([1, 1, 1]),
});
const configSchema = z.object({
  image_size: z.int().optional(),
  vision_config: z.object({ image_size: z.int().optional() }).optional(),
});

/**
 * Reads what is needed to run the model of a folder: `config.json`, `preprocessor_config.json` and
 * `onnx/vision_model.onnx` with its external data, if any.
 *
 * @throws {EnvironmentError} naming the file that is missing or unusable and what to do
 */
export async function readModelFolder(path: string): Promise<ModelFolder> {
  const config = await readJson(path, configFile, configSchema);
  const preprocessor = await readJson(path, preprocessorFile, preprocessorSchema);
  const modelPath = join(path, 'onnx', modelFile);
  const files = await listModelFiles(path);
  const recipe = recipeOf(preprocessor, path);
  const imageSize = config.vision_config?.image_size ?? config.image_size ?? recipe.width;
  if (imageSize !== recipe.width || imageSize !== recipe.height) {
    throw unusable(
      path,
      preprocessorFile,
      `asks for ${recipe.width}x${recipe.height} pictures, ${configFile} for ${imageSize}x${imageSize}`,
    );
  }
  return { modelPath, modelHash: await hashFiles(files), recipe };
}

function recipeOf(preprocessor: z.infer<typeof preprocessorSchema>, path: string): PictureRecipe {
  const kernel = kernels.get(preprocessor.resample);
  if (kernel === undefined) {
    const problem = `asks for resample ${preprocessor.resample}; only 2 (bilinear) and 3 (bicubic) are supported`;
    throw unusable(path, preprocessorFile, problem);
  }
  const { do_normalize: normalize, do_rescale: rescale } = preprocessor;
  return {
    width: preprocessor.size.width,
    height: preprocessor.size.height,
    fit: { kind: 'squash' },
    kernel,
    rescaleFactor: rescale ? preprocessor.rescale_factor : 1,
    mean: normalize ? preprocessor.image_mean : [0, 0, 0],
    standardDeviation: normalize ? preprocessor.image_std : [1, 1, 1],
  };
}

async function readJson<Schema extends z.ZodType>(
  path: string,
  file: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = await readFile(join(path, file), 'utf8').catch((error: unknown) => {
    throw missing(path, file, error);
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : 'is not JSON';
    throw unusable(path, file, problem, error);
  }
}

async function listModelFiles(path: string): Promise<string[]> {
  const folder = join(path, 'onnx');
  const names = await readdir(folder).catch(() => [] as string[]);
  if (!names.includes(modelFile)) throw missing(path, `onnx/${modelFile}`);
  return names
    .filter((name) => name === modelFile || name.startsWith(`${modelFile}_data`))
    .toSorted()
    .map((name) => join(folder, name));
}

async function hashFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
      hash.update(chunk as Uint8Array);
    }
  }
  return hash.digest('hex');
}

function missing(path: string, file: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError(
    `the embedding model folder ${path} has no readable ${file}. It needs ${configFile}, ` +
      `${preprocessorFile} and onnx/${modelFile}, as in the ONNX exports on Hugging Face: copy ` +
      'them there, or set models.embedding.path to a folder that has them',
    { cause },
  );
}

function unusable(path: string, file: string, problem: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError(
    `${join(path, file)} cannot be used: ${problem}. Copy the file again from the model's ` +
      'export, or choose another model',
    { cause },
  );
}
