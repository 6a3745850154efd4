import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import sharp from 'sharp';
import { readModelConfig } from '../../adapters/embedding/model-folder/model-config.ts';
import { readRecipe } from '../../adapters/embedding/model-folder/model-recipe.ts';
import type { PictureFit } from '../../adapters/embedding/pictures/picture-fit.ts';
import {
  type PictureRecipe,
  preparedPixels,
  preprocessingIdOf,
} from '../../adapters/embedding/pictures/picture-preparation.ts';
import { EnvironmentError, UsageError } from '../../domain/errors/usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson } from '../output.ts';

export type PreprocessOptions = {
  /** The model's folder. */
  readonly model: string;
  /** The PNG to write. */
  readonly out: string;
  readonly json?: boolean;
};

/**
 * `preprocess`: writes the picture that a model sees, before its bytes become floats, as a PNG. Of
 * the model's folder only the small files are read.
 */
export async function preprocess(image: string, options: PreprocessOptions): Promise<ExitCode> {
  const { model, out } = options;
  await checkPaths(image, model, out);
  const recipe = await readRecipe(model, await readModelConfig(model));
  const pixels = await prepare(image, recipe);
  const { width, height, kernel, fit } = recipe;
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(out)
    .catch((cause: unknown) => {
      throw new UsageError(`${out} cannot be written: ${textOf(cause)}. Name another file.`, {
        cause,
      });
    });
  const preprocessingId = preprocessingIdOf(recipe);
  if (options.json) {
    // Of the bytes red, green, blue, row by row, so that another program's can be compared.
    const sha256 = createHash('sha256').update(pixels).digest('hex');
    printJson({ image, out, width, height, fit, kernel, preprocessingId, sha256 });
  } else {
    printData(
      `${out}: ${width}x${height}, ${describeFit(fit)}, ${kernelNames[kernel]}; ${preprocessingId}`,
    );
  }
  return exitCodes.done;
}

const kernelNames = { cubic: 'bicubic', linear: 'bilinear' } as const;

async function checkPaths(image: string, model: string, out: string): Promise<void> {
  const source = await realpath(image).catch(() => null);
  if (source === null) throw new UsageError(`there is no picture ${image}; name an existing file.`);
  const isFolder = await stat(model).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    throw new UsageError(
      `there is no model folder ${model}; fetch one with: videoqa models pull <repo>`,
    );
  }
  if (extname(out).toLowerCase() !== '.png') {
    throw new UsageError(`--out ${out}: the picture is written as PNG; end the name in .png.`);
  }
  if ((await realpath(out).catch(() => null)) === source) {
    throw new UsageError(`--out ${out} is the picture itself; name another file.`);
  }
}

async function prepare(image: string, recipe: PictureRecipe): Promise<Uint8Array> {
  try {
    return await preparedPixels(await readFile(image), recipe);
  } catch (cause) {
    if (cause instanceof EnvironmentError) throw cause;
    throw new UsageError(
      `${image} cannot be prepared: ${textOf(cause)}. Give a whole JPEG, PNG or WebP of at most 40 ` +
        'megapixels.',
      { cause },
    );
  }
}

function describeFit(fit: PictureFit): string {
  return fit.kind === 'squash'
    ? 'squashed'
    : `cut from the middle after its shorter edge was brought to ${fit.edge}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
